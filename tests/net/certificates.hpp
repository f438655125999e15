#pragma once

#include <filesystem>
#include <string>

namespace cogos::net::test {

/// A directory that goes with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Writes a self-signed P-256 certificate and its key, as PEM. `names` in OpenSSL's words for subjectAltName.
void write_certificate(const std::string& certificate_file, const std::string& key_file,
                       const std::string& common_name,
                       const std::string& names = "DNS:localhost,IP:127.0.0.1");

}  // namespace cogos::net::test
