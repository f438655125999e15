#include "api/decoy_bodies.hpp"

#include <array>

namespace cogos::api {
namespace {

using enum http::ScannerPattern;

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kJson = "application/json";

struct Decoy {
  http::ScannerPattern pattern;
  std::string_view end;  ///< Of the path; an empty one fits every path.
  DecoyBody body;
};

/// The first that fits is taken; each pattern ends with one that always does.
constexpr std::array kDecoys{
    Decoy{dot_env,
          "",
          {kText,
           "APP_ENV=production\n"
           "APP_DEBUG=false\n"
           "APP_KEY=base64:CANARY-this-key-opens-nothing=\n"
           "DB_CONNECTION=mysql\n"
           "DB_HOST=db.internal.invalid\n"
           "DB_DATABASE=app\n"
           "DB_USERNAME=app\n"
           "DB_PASSWORD=CANARY-no-such-password\n"
           "AWS_ACCESS_KEY_ID=AKIA-CANARY-NO-SUCH-KEY\n"
           "AWS_SECRET_ACCESS_KEY=CANARY-no-such-secret\n"
           "STRIPE_SECRET=sk_CANARY_no_such_secret\n"
           "MAIL_PASSWORD=CANARY-no-such-password\n"}},

    Decoy{version_control, "/head", {kText, "ref: refs/heads/main\n"}},
    Decoy{version_control, "/.gitignore", {kText, "node_modules/\n.env\n*.log\n"}},
    Decoy{version_control, "/entries", {kText, "12\n"}},
    Decoy{version_control,
          "/index",
          {"application/octet-stream", "DIRC CANARY: there is no index and no tree behind it\n"}},
    Decoy{version_control,
          "",
          {kText,
           "[core]\n"
           "\trepositoryformatversion = 0\n"
           "\tfilemode = true\n"
           "\tbare = false\n"
           "[remote \"origin\"]\n"
           "\turl = https://deploy:CANARY-no-such-token@git.internal.invalid/app.git\n"
           "\tfetch = +refs/heads/*:refs/remotes/origin/*\n"
           "[branch \"main\"]\n"
           "\tremote = origin\n"
           "\tmerge = refs/heads/main\n"}},

    Decoy{
        cloud_credentials,
        ".json",
        {kJson, R"({"client_email":"deploy@canary.invalid","client_id":"CANARY",)"
                R"("private_key":"-----BEGIN CANARY-----\nthere is no key in here\n-----END CANARY-----\n",)"
                R"("private_key_id":"CANARY","project_id":"canary","type":"service_account"})"}},
    Decoy{cloud_credentials,
          "tfstate",
          {kJson, R"({"lineage":"CANARY","outputs":{"db_password":{"type":"string",)"
                  R"("value":"CANARY-no-such-password"}},"resources":[],"serial":1,"version":4})"}},
    Decoy{cloud_credentials,
          "/.kube/config",
          {"application/yaml",
           "apiVersion: v1\n"
           "kind: Config\n"
           "clusters:\n"
           "- name: production\n"
           "  cluster:\n"
           "    server: https://kubernetes.internal.invalid:6443\n"
           "users:\n"
           "- name: deploy\n"
           "  user:\n"
           "    token: CANARY-no-such-token\n"}},
    Decoy{cloud_credentials, "/.npmrc", {kText, "//npm.internal.invalid/:_authToken=CANARY-no-such-token\n"}},
    Decoy{cloud_credentials,
          "/.pypirc",
          {kText,
           "[pypi]\n"
           "username = __token__\n"
           "password = CANARY-no-such-token\n"}},
    Decoy{cloud_credentials,
          "/.git-credentials",
          {kText, "https://deploy:CANARY-no-such-token@git.internal.invalid\n"}},
    Decoy{cloud_credentials,
          "/.netrc",
          {kText, "machine git.internal.invalid login deploy password CANARY-no-such-password\n"}},
    Decoy{cloud_credentials, "/.htpasswd", {kText, "deploy:CANARY-no-such-hash\n"}},
    Decoy{cloud_credentials,
          "rsa",
          {kText,
           "-----BEGIN CANARY PRIVATE KEY-----\n"
           "CANARY+there+is+no+key+in+here\n"
           "-----END CANARY PRIVATE KEY-----\n"}},
    Decoy{cloud_credentials,
          "25519",
          {kText,
           "-----BEGIN CANARY PRIVATE KEY-----\n"
           "CANARY+there+is+no+key+in+here\n"
           "-----END CANARY PRIVATE KEY-----\n"}},
    Decoy{cloud_credentials,
          "",
          {kText,
           "[default]\n"
           "aws_access_key_id = AKIA-CANARY-NO-SUCH-KEY\n"
           "aws_secret_access_key = CANARY-no-such-secret\n"
           "region = eu-central-1\n"}},

    Decoy{wordpress,
          "/xmlrpc.php",
          {kText, "XML-RPC server accepts POST requests only.\n<!-- CANARY: nothing listens here -->\n"}},
    Decoy{wordpress,
          "/users",
          {kJson, R"([{"id":1,"name":"CANARY","slug":"canary","url":"https://canary.invalid"}])"}},
    Decoy{wordpress, ".txt", {kText, "=== CANARY ===\nContributors: canary\nStable tag: 1.0\n"}},
    Decoy{wordpress,
          "/wp-login.php",
          {kHtml,
           "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Log In</title></head><body class=\"login\">\n"
           "<form name=\"loginform\" method=\"post\" action=\"wp-login.php\">\n"
           "<input name=\"log\" type=\"text\"><input name=\"pwd\" type=\"password\">\n"
           "<input name=\"_wpnonce\" type=\"hidden\" value=\"CANARY\"><input type=\"submit\" value=\"Log "
           "In\">\n"
           "</form></body></html>\n"}},
    Decoy{wordpress,
          "",
          {kText,
           "<?php\n"
           "define( 'DB_NAME', 'wordpress' );\n"
           "define( 'DB_USER', 'wordpress' );\n"
           "define( 'DB_PASSWORD', 'CANARY-no-such-password' );\n"
           "define( 'DB_HOST', 'db.internal.invalid' );\n"
           "define( 'AUTH_KEY', 'CANARY-this-key-opens-nothing' );\n"
           "define( 'SECURE_AUTH_KEY', 'CANARY-this-key-opens-nothing' );\n"
           "$table_prefix = 'wp_';\n"}},

    Decoy{database_admin,
          "",
          {kHtml,
           "<!DOCTYPE html>\n<html lang=\"en\"><head><title>phpMyAdmin</title></head><body>\n"
           "<form method=\"post\" action=\"index.php\"><input name=\"pma_username\" type=\"text\">\n"
           "<input name=\"pma_password\" type=\"password\">\n"
           "<input name=\"token\" type=\"hidden\" value=\"CANARY\"><input type=\"submit\" value=\"Go\">\n"
           "</form></body></html>\n"}},

    Decoy{database_dump,
          "",
          {"application/sql",
           "-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n"
           "CREATE TABLE `users` (\n"
           "  `id` int NOT NULL AUTO_INCREMENT,\n"
           "  `email` varchar(255) NOT NULL,\n"
           "  `password` varchar(255) NOT NULL,\n"
           "  PRIMARY KEY (`id`)\n"
           ");\n"
           "INSERT INTO `users` VALUES (1,'canary@canary.invalid','CANARY-no-such-hash');\n"}},

    Decoy{server_status,
          "",
          {kHtml,
           "<!DOCTYPE html>\n<html><head><title>Server Status</title></head><body>\n"
           "<h1>Server Status for canary.invalid</h1>\n"
           "<dl><dt>Server uptime: 12 days</dt><dt>3 requests currently being processed</dt></dl>\n"
           "<pre>GET /?token=CANARY-no-such-token HTTP/1.1</pre>\n"
           "</body></html>\n"}},

    Decoy{actuator, "/health", {kJson, R"({"groups":["CANARY"],"status":"UP"})"}},
    Decoy{actuator,
          "",
          {kJson,
           R"({"activeProfiles":["production"],"propertySources":[{"name":"systemEnvironment","properties":)"
           R"({"SPRING_DATASOURCE_PASSWORD":{"value":"CANARY-no-such-password"},)"
           R"("SPRING_DATASOURCE_URL":{"value":"jdbc:mysql://db.internal.invalid/app"}}}]})"}},

    Decoy{phpinfo,
          "",
          {kHtml,
           "<!DOCTYPE html>\n<html><head><title>phpinfo()</title></head><body>\n"
           "<h1>PHP Version 7.4.33</h1><table>\n"
           "<tr><td>System</td><td>Linux canary.invalid 5.10.0 x86_64</td></tr>\n"
           "<tr><td>$_ENV['DB_PASSWORD']</td><td>CANARY-no-such-password</td></tr>\n"
           "</table></body></html>\n"}},

    Decoy{unknown_api_version,
          "",
          {kJson, R"({"api_key":"sk-CANARY-no-such-key","data":[{"id":"canary","object":"model",)"
                  R"("owned_by":"CANARY"}],"object":"list"})"}},
};

}  // namespace

DecoyBody decoy_body(http::ScannerPattern pattern, std::string_view normalized_path) noexcept {
  for (const Decoy& decoy : kDecoys) {
    if (decoy.pattern == pattern && normalized_path.ends_with(decoy.end)) return decoy.body;
  }
  return kDecoys.front().body;
}

}  // namespace cogos::api
