#include "cli/issued_key.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "crypto/secret.hpp"

namespace cogos::cli {
namespace {

constexpr std::array kPublicMembers{"key_id",          "tenant_id",
                                    "tenant_type",     "app_id",
                                    "label",           "tier",
                                    "package_id",      "scheme",
                                    "issued_at",       "expires_at",
                                    "audit_content",   "ed25519_key_id",
                                    "pubkey_pem",      "x25519_pubkey_pem",
                                    "chain_head_after"};

}  // namespace

Result<SecretFiles> SecretFiles::prepare(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error(ErrorCode::unreadable_input,
                 "cannot make the directory " + directory + ": " + std::generic_category().message(errno));
  }
  std::vector<NewFile> files;
  for (const char* name : kSecretMembers) {
    auto file = NewFile::create(directory + "/" + name, 0600);
    if (!file) return file.error();
    files.push_back(std::move(*file));
  }
  return SecretFiles(std::move(files));
}

Result<std::vector<std::string>> SecretFiles::store(Json& issued) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < kSecretMembers.size(); ++i) {
    const auto member = issued.find(kSecretMembers[i]);
    if (member == issued.end() || !member->is_string()) continue;
    const crypto::SecretText secret(std::exchange(member->get_ref<std::string&>(), {}));
    if (const auto written = files_[i].write(secret.reveal()); !written) return written.error();
    files_[i].keep();
    kept.push_back(files_[i].path());
  }
  files_.clear();
  return kept;
}

Json public_part(const Json& issued) {
  Json shown = Json::object();
  for (const char* name : kPublicMembers) {
    if (const auto member = issued.find(name); member != issued.end()) shown[name] = *member;
  }
  return shown;
}

}  // namespace cogos::cli
