#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

#include "cogos/result.hpp"
#include "crypto/secret.hpp"

namespace cogos::cli {

inline constexpr std::size_t kMaxRowsFile = std::size_t{1} << 30;
inline constexpr std::size_t kMaxBodyFile = std::size_t{64} << 20;
inline constexpr std::size_t kMaxKeyFile = std::size_t{64} << 10;

/// Reads the files that one command was given. `-` is standard input and can be asked for once.
class Inputs {
 public:
  /// `standard_input` must outlive the object.
  explicit Inputs(std::istream& standard_input) : in_(standard_input) {}

  /// The whole file. Fails with unreadable_input, naming the file and the system's reason, also where it is
  /// longer than `limit` bytes.
  [[nodiscard]] Result<std::string> read(const std::string& file, std::size_t limit);
  /// The same for a key or a password, at most kMaxKeyFile; no copy of it stays in memory.
  [[nodiscard]] Result<crypto::SecretText> read_secret(const std::string& file);
  /// A file that holds one word, such as a token, and perhaps a line end after it.
  [[nodiscard]] Result<std::string> read_word(const std::string& file);

 private:
  [[nodiscard]] Result<void> fill(const std::string& file, std::size_t limit, std::string& out);
  [[nodiscard]] Result<void> fill_from_standard_input(std::size_t limit, std::string& out);

  std::istream& in_;
  bool standard_input_used_ = false;
};

/// Whether `text` has the form of a hash or an HMAC secret: 64 lower-case hex digits.
[[nodiscard]] bool is_hex64(std::string_view text) noexcept;

}  // namespace cogos::cli
