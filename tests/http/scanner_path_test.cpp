#include "http/scanner_path.hpp"

#include <gtest/gtest.h>

#include <set>

namespace cogos::http {
namespace {

using enum ScannerPattern;

struct Case {
  std::string path;
  ScannerPattern pattern;
};

const std::vector<Case> kAsked{
    {"/.env", dot_env},
    {"/.ENV", dot_env},
    {"/.env/", dot_env},
    {"//.env", dot_env},
    {"/./.env", dot_env},
    {"/%2eenv", dot_env},
    {"/%2Eenv", dot_env},
    {"/%252eenv", dot_env},
    {"/%25252eenv", dot_env},
    {"/.e%6ev", dot_env},
    {"/%2e%65%6e%76", dot_env},
    {"/%2F.env", dot_env},
    {"/.env%00.png", dot_env},
    {"/.env%20", dot_env},
    {"/.env;.css", dot_env},
    {"/.env%3fx=1", dot_env},
    {"/.env%23top", dot_env},
    {"/static/..%2f.env", dot_env},
    {"/x/../.env", dot_env},
    {"/..%5c..%5c.env", dot_env},
    {"/app/config/.env.production", dot_env},
    {"/.env.local", dot_env},
    {"/.env.bak", dot_env},
    {"/.env_old", dot_env},
    {"/.env~", dot_env},
    {"/.envrc", dot_env},
    {"/laravel/prod.env", dot_env},
    {"/.git", version_control},
    {"/.git/config", version_control},
    {"/.git/HEAD", version_control},
    {"/.GIT/refs/heads/main", version_control},
    {"/project/.git/logs/HEAD", version_control},
    {"/%2egit/config", version_control},
    {"/.gitignore", version_control},
    {"/.svn/entries", version_control},
    {"/.hg/hgrc", version_control},
    {"/.aws/credentials", cloud_credentials},
    {"/srv/.AWS/config", cloud_credentials},
    {"/.aws%2fcredentials", cloud_credentials},
    {"/.config/gcloud/credentials.db", cloud_credentials},
    {"/application_default_credentials.json", cloud_credentials},
    {"/.azure/accessTokens.json", cloud_credentials},
    {"/.kube/config", cloud_credentials},
    {"/.docker/config.json", cloud_credentials},
    {"/.npmrc", cloud_credentials},
    {"/.pypirc", cloud_credentials},
    {"/.ssh/id_rsa", cloud_credentials},
    {"/id_ed25519", cloud_credentials},
    {"/.git-credentials", cloud_credentials},
    {"/.htpasswd", cloud_credentials},
    {"/terraform.tfstate", cloud_credentials},
    {"/wp-login.php", wordpress},
    {"/WP-Login.PHP", wordpress},
    {"/wp-admin/", wordpress},
    {"/blog/wp-admin/setup-config.php", wordpress},
    {"/xmlrpc.php", wordpress},
    {"/wp-config.php", wordpress},
    {"/wp-config.php.bak", wordpress},
    {"/wp-config.php~", wordpress},
    {"/wp-config.txt", wordpress},
    {"/wp-content/plugins/x/readme.txt", wordpress},
    {"/wp-includes/wlwmanifest.xml", wordpress},
    {"/wp-json/wp/v2/users", wordpress},
    {"/phpmyadmin", database_admin},
    {"/phpMyAdmin/index.php", database_admin},
    {"/phpmyadmin2", database_admin},
    {"/PMA/", database_admin},
    {"/adminer.php", database_admin},
    {"/adminer-4.8.1.php", database_admin},
    {"/dump.sql", database_dump},
    {"/backups/2026-01-01.sql.gz", database_dump},
    {"/db.sql.zip", database_dump},
    {"/backup.zip", database_dump},
    {"/Backup.TAR.GZ", database_dump},
    {"/database.sqlite", database_dump},
    {"/www.rar", database_dump},
    {"/server-status", server_status},
    {"/Server-Status?auto", server_status},
    {"/server-info", server_status},
    {"/nginx_status", server_status},
    {"/actuator", actuator},
    {"/actuator/env", actuator},
    {"/manage/actuator/heapdump", actuator},
    {"/phpinfo.php", phpinfo},
    {"/info.php", phpinfo},
    {"/_profiler/phpinfo", phpinfo},
    {"/v0", unknown_api_version},
    {"/v2/models", unknown_api_version},
    {"/V3/chat/completions", unknown_api_version},
    {"/v9/", unknown_api_version},
    {"/v10", unknown_api_version},
    {"/v1.1/models", unknown_api_version},
    {"/%76%32/models", unknown_api_version},
    {"/api/v1/models", unknown_api_version},
    {"/API/V2", unknown_api_version},
};

TEST(ScannerPath, KnowsWhatScannersAskForInAllItsSpellings) {
  ASSERT_GE(kAsked.size(), 60U);
  std::set<ScannerPattern> seen;
  for (const Case& one : kAsked) {
    const auto found = scanner_pattern(one.path.substr(0, one.path.find('?')));
    ASSERT_TRUE(found) << one.path;
    EXPECT_EQ(*found, one.pattern) << one.path << " is " << to_text(*found);
    seen.insert(one.pattern);
  }
  EXPECT_EQ(seen.size(), kScannerPatterns);
}

TEST(ScannerPath, LeavesEverybodyElseAlone) {
  for (const char* path : {
           "/",
           "/v1",
           "/v1/models",
           "/v1/me",
           "/v1/chat/completions",
           "/v1/audit",
           "/v1/audit/chain-head",
           "/v1/keys/rotate",
           "/v1/nothing",
           "/v1/.env",
           "/V1/.env",
           "/v1/../.env",
           "/x/../v1/.env",
           "/admin",
           "/admin/keys",
           "/admin/.env",
           "/Admin/.git/config",
           "/admin/../.env",
           "/health",
           "/ready",
           "/metrics",
           "/attestation.pub",
           "/attestation/keys",
           "/cosign.pub",
           "/.well-known/security.txt",
           "/.well-known/openid-configuration",
           "/robots.txt",
           "/favicon.ico",
           "/sitemap.xml",
           "/openapi.json",
           "/index.html",
           "/security",
           "/trust",
           "/sla",
           "/pricing",
           "/whitepaper",
           "/sub-processors",
           "/docs/environment",
           "/.environment",
           "/env",
           "/git",
           "/api",
           "/api/docs",
           "/version",
           "/vendor",
           "/v",
           "/versions/v2",
           "/wp",
           "/press/wp-release.html",
           "/status",
           "/backup",
           "/database",
           "/administration",
           "/info",
           "/%",
           "/%zz",
           "/%2",
           "",
       }) {
    const auto found = scanner_pattern(path);
    EXPECT_FALSE(found) << path << " is taken for " << to_text(*found);
  }
}

TEST(ScannerPath, IsBoundedInLengthAndInDecoding) {
  EXPECT_TRUE(scanner_pattern("/" + std::string(1018, 'a') + "/.env"));
  EXPECT_FALSE(scanner_pattern("/" + std::string(1019, 'a') + "/.env"));
  // A fourth layer of escapes is left as it is.
  EXPECT_FALSE(scanner_pattern("/%2525252eenv"));
}

TEST(ScannerPath, ReadsAPathAsACarelessServerWould) {
  EXPECT_EQ(normalized_path("//A/./b/../%43;x/"), "/a/c");
  EXPECT_EQ(normalized_path("/../.."), "/");
  EXPECT_EQ(normalized_path(""), "/");
  EXPECT_EQ(normalized_path("*"), "/*");
}

}  // namespace
}  // namespace cogos::http
