#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include "base/random.hpp"
#include "base/time.hpp"
#include "cli/server_parts.hpp"

namespace cogos::cli {

/// What every command ends with.
enum ExitCode : int {
  kDone = 0,
  kAnswerIsNo = 1,  ///< Verification failed, or the server refused.
  kUnusable = 2,    ///< Wrong use, or something could not be read or written.
};

/// Looks one environment variable up; nothing where it is unset.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// All that a command touches of the world besides the files it is given. Everything referred to must outlive
/// the run. For one run at a time.
struct CommandContext {
  std::istream& in;   ///< What `-` stands for where a FILE is asked for.
  std::ostream& out;  ///< Reports and results.
  std::ostream& err;  ///< What went wrong, and what to do about it.
  Environment environment;
  Random& random;
  const Clock& clock;
  std::string rev;  ///< build_rev() of the program.
  /// For run() only; the offline commands look at none of it.
  ServerParts server = {};
  int exit_code = kDone;  ///< Set by the command that ran.
};

}  // namespace cogos::cli
