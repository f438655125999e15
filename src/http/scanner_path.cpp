#include "http/scanner_path.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "http/message.hpp"

namespace cogos::http {
namespace {

constexpr std::size_t kMaxPath = 1024;
constexpr int kDecodingRounds = 3;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// What is no escape stays as it is: scanners are not held to the grammar.
std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = i + 2 < text.size() && text[i] == '%' ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z');
}

using Names = std::span<const std::string_view>;

bool is_one_of(std::string_view name, Names names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool starts_with_one_of(std::string_view name, Names names) {
  return std::any_of(names.begin(), names.end(), [name](auto start) { return name.starts_with(start); });
}

bool ends_with_one_of(std::string_view name, Names names) {
  return std::any_of(names.begin(), names.end(), [name](auto end) { return name.ends_with(end); });
}

// Each of these tells by one segment of a path, wherever it stands, whether the pattern fits.

bool is_dot_env(std::string_view segment) {
  if (segment == ".envrc" || (segment.size() > 4 && segment.ends_with(".env"))) return true;
  // `.env`, `.env.local`, `.env_old`, `.env~`, but not `.environment`
  return segment.starts_with(".env") && (segment.size() == 4 || !is_word(segment[4]));
}

bool is_version_control(std::string_view segment) {
  static constexpr std::array<std::string_view, 7> kNames{".git", ".gitconfig", ".gitignore", ".svn",
                                                          ".hg",  ".bzr",       ".cvs"};
  return is_one_of(segment, kNames);
}

bool is_cloud_credentials(std::string_view segment) {
  static constexpr std::array<std::string_view, 27> kNames{".aws",
                                                           ".azure",
                                                           ".gcloud",
                                                           "gcloud",
                                                           ".kube",
                                                           "kubeconfig",
                                                           ".docker",
                                                           ".dockercfg",
                                                           ".dockerconfigjson",
                                                           ".ssh",
                                                           "id_rsa",
                                                           "id_dsa",
                                                           "id_ecdsa",
                                                           "id_ed25519",
                                                           ".npmrc",
                                                           ".pypirc",
                                                           ".netrc",
                                                           ".git-credentials",
                                                           ".htpasswd",
                                                           ".s3cfg",
                                                           ".boto",
                                                           "credentials.json",
                                                           "application_default_credentials.json",
                                                           "service-account.json",
                                                           "serviceaccountkey.json",
                                                           "terraform.tfstate",
                                                           "terraform.tfvars"};
  return is_one_of(segment, kNames);
}

bool is_wordpress(std::string_view segment) {
  static constexpr std::array<std::string_view, 6> kNames{"wp-admin", "wp-content", "wp-includes",
                                                          "wp-json",  "xmlrpc.php", "wlwmanifest.xml"};
  if (is_one_of(segment, kNames) || segment.starts_with("wp-config")) return true;
  return segment.starts_with("wp-") && segment.ends_with(".php");
}

bool is_database_admin(std::string_view segment) {
  static constexpr std::array<std::string_view, 6> kNames{"pma",     "myadmin",  "mysqladmin",
                                                          "dbadmin", "sqladmin", "adminer"};
  static constexpr std::array<std::string_view, 3> kStarts{"phpmyadmin", "phppgadmin", "adminer-"};
  return is_one_of(segment, kNames) || starts_with_one_of(segment, kStarts) || segment == "adminer.php";
}

bool is_database_dump(std::string_view segment) {
  static constexpr std::array<std::string_view, 11> kEnds{".sql",     ".sql.gz",  ".sql.zip",    ".sql.bz2",
                                                          ".sql.xz",  ".sql.7z",  ".sql.tar.gz", ".sql.bak",
                                                          ".sql.old", ".sqlite3", ".sqlite"};
  if (ends_with_one_of(segment, kEnds)) return true;
  static constexpr std::array<std::string_view, 15> kStems{
      "backup", "backups", "dump", "db",  "database", "mysql",   "site",       "www",
      "web",    "website", "html", "bak", "old",      "archive", "public_html"};
  static constexpr std::array<std::string_view, 8> kArchives{".zip", ".tar", ".tar.gz", ".tgz",
                                                             ".gz",  ".rar", ".7z",     ".bak"};
  const auto dot = segment.find('.');
  return dot != std::string_view::npos && is_one_of(segment.substr(0, dot), kStems) &&
         is_one_of(segment.substr(dot), kArchives);
}

bool is_server_status(std::string_view segment) {
  static constexpr std::array<std::string_view, 5> kNames{"server-status", "server-info", "nginx_status",
                                                          "stub_status", "fpm-status"};
  return is_one_of(segment, kNames);
}

bool is_actuator(std::string_view segment) {
  static constexpr std::array<std::string_view, 3> kNames{"actuator", "jolokia", "heapdump"};
  return is_one_of(segment, kNames);
}

bool is_phpinfo(std::string_view segment) {
  static constexpr std::array<std::string_view, 7> kNames{
      "phpinfo", "phpinfo.php", "php_info.php", "info.php", "pinfo.php", "php-info.php", "infophp.php"};
  return is_one_of(segment, kNames);
}

/// `v` and a number, `v2` or `v1.1`, except this server's own.
bool is_version(std::string_view segment) {
  return segment.size() >= 2 && segment.size() <= 8 && segment[0] == 'v' && is_digit(segment[1]) &&
         std::all_of(segment.begin() + 1, segment.end(), [](char c) { return is_digit(c) || c == '.'; });
}

bool is_unknown_api_version(const std::vector<std::string_view>& segments) {
  static constexpr std::array<std::string_view, 3> kRoots{"api", "rest", "openai"};
  if (is_version(segments[0])) return segments[0] != "v1";
  return segments.size() > 1 && is_one_of(segments[0], kRoots) && is_version(segments[1]);
}

struct BySegment {
  bool (*fits)(std::string_view segment);
  ScannerPattern pattern;
};
constexpr std::array<BySegment, 9> kBySegment{{{is_dot_env, ScannerPattern::dot_env},
                                               {is_version_control, ScannerPattern::version_control},
                                               {is_cloud_credentials, ScannerPattern::cloud_credentials},
                                               {is_wordpress, ScannerPattern::wordpress},
                                               {is_database_admin, ScannerPattern::database_admin},
                                               {is_database_dump, ScannerPattern::database_dump},
                                               {is_server_status, ScannerPattern::server_status},
                                               {is_actuator, ScannerPattern::actuator},
                                               {is_phpinfo, ScannerPattern::phpinfo}}};

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    segments.push_back(path.substr(0, path.find('/')));
    path.remove_prefix(segments.back().size());
  }
  return segments;
}

bool is_own(std::string_view path) {
  return is_under(path, "/v1") || is_under(path, "/admin");
}

}  // namespace

std::string_view to_text(ScannerPattern pattern) noexcept {
  static constexpr std::array<std::string_view, kScannerPatterns> kTexts{
      "dot_env",       "version_control", "cloud_credentials", "wordpress", "database_admin",
      "database_dump", "server_status",   "actuator",          "phpinfo",   "unknown_api_version"};
  return kTexts[static_cast<std::size_t>(pattern)];
}

std::string normalized_path(std::string_view path) {
  std::string decoded(path);
  for (int round = 0; round < kDecodingRounds && decoded.find('%') != std::string::npos; ++round) {
    decoded = percent_decoded(decoded);
  }
  for (char& c : decoded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '\\') c = '/';
  }
  std::string out;
  for (std::string_view rest = decoded; !rest.empty();) {
    std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(segment.size() + 1, rest.size()));
    // The array's last element is the NUL.
    static constexpr char kEnds[] = ";?#";
    segment = segment.substr(0, segment.find_first_of(std::string_view(kEnds, sizeof kEnds)));
    while (!segment.empty() && segment.back() == ' ') segment.remove_suffix(1);
    if (segment.empty() || segment == ".") continue;
    if (segment == "..") {
      out.resize(std::min(out.rfind('/'), out.size()));
      continue;
    }
    out.append("/").append(segment);
  }
  return out.empty() ? "/" : out;
}

std::optional<ScannerPattern> scanner_pattern(std::string_view path) {
  if (path.size() > kMaxPath || is_own(path)) return std::nullopt;
  const std::string normalized = normalized_path(path);
  if (is_own(normalized) || normalized == "/") return std::nullopt;
  const auto segments = segments_of(normalized);
  for (const BySegment& one : kBySegment) {
    if (std::any_of(segments.begin(), segments.end(), one.fits)) return one.pattern;
  }
  if (is_unknown_api_version(segments)) return ScannerPattern::unknown_api_version;
  return std::nullopt;
}

}  // namespace cogos::http
