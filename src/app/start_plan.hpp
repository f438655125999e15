#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/secret_source.hpp"
#include "app/settings.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "cli/server_parts.hpp"
#include "crypto/secret.hpp"
#include "keys/dek.hpp"
#include "site/options.hpp"

namespace cogos::app {

/// All that a start needs, complete and checked: flags over environment over file, and in development mode
/// what was missing, made.
struct StartPlan {
  Settings settings;  ///< With listen, data_dir and the TLS files as they will be used.
  site::SiteOptions site;
  crypto::SecretText admin_key;
  keys::Dek dek;
  std::vector<std::string> made;  ///< What development mode made or took from an earlier run, in words.
  /// What `settings` would be at a start now: the file is read again, flags and environment win as before.
  std::function<Result<Settings>()> read_again;
};

/// Fails with a sentence that says what to set. Makes the data directory (0700), and in development mode the
/// missing secrets and certificate in it (0600), which a later start finds again.
[[nodiscard]] Result<StartPlan> plan_start(const cli::ServeOptions& options, const SecretSources& sources,
                                           const Clock& clock, Random& random);

}  // namespace cogos::app
