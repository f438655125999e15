"""For each rule: (path, text, how many faults it must find). A rule that cannot fail would guard nothing."""

HOUSE = "src/http/x.cpp"

GOOD_IMAGE = """\
FROM debian:12 AS build
RUN make
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/ /
WORKDIR /data
VOLUME /data
EXPOSE 8443
USER 65532:65532
ENTRYPOINT ["/usr/bin/cogos"]
CMD ["serve", "--config", "/etc/cogos/cogos.toml"]
"""

# In pieces, so that the scan for such paths does not find them here.
HOME = "/" + "home/"
WORK = "/" + "work/"

CASES = {
    "includes": [
        ("src/crypto/hash.cpp", '#include "base/bytes.hpp"\n#include "cogos/result.hpp"\n', 0),
        ("src/app/wiring.cpp", '#include "net/server.hpp"\n#include "store/store.hpp"\n', 0),
        ("src/cli/x.cpp", '#include "crypto/hash.hpp"\n// #include "store/store.hpp"\n', 0),
        ("src/base/x.cpp", '#include "crypto/hash.hpp"\n', 1),
        ("src/proof/x.cpp", '  #  include  "keys/mint.hpp"\n', 1),
        ("src/net/x.hpp", '#include "proof/wire.hpp"\n', 1),
        ("src/store/x.hpp", '#include "api/audit.hpp"\n#include "stages/record.hpp"\n', 2),
        ("src/engine/x.cpp", '#include "net/http_client.hpp"\n', 1),
        ("src/api/x.cpp", '#include "store/store.hpp"\n', 1),
        ("src/api/x.cpp", '#include "../store/store.hpp"\n', 1),
        ("src/api/x.cpp", '#include "audit.hpp"\n', 1),
        ("src/site/x.cpp", '#include "api/openapi.hpp"\n', 1),
        ("src/attic/x.cpp", '#include "base/time.hpp"\n', 1),
        ("include/cogos/x.hpp", '#include "base/time.hpp"\n', 1),
    ],
    "libraries": [
        ("include/cogos/x.hpp", "#include <string>\n#include <boost/system/result.hpp>\n", 0),
        ("include/cogos/x.hpp", "#include <boost/asio/awaitable.hpp>\n", 1),
        ("include/cogos/x.hpp", "#include <boost/beast/core.hpp>\n", 1),
        ("include/cogos/x.hpp", "#include <sqlite3.h>\n", 1),
        ("include/cogos/x.hpp", "#include <spdlog/spdlog.h>\n", 1),
        ("src/crypto/x.cpp", "#include <openssl/evp.h>\n#include <sodium/crypto_sign_ed25519.h>\n", 0),
        ("src/net/x.cpp", "#include <openssl/ssl.h>\n#include <openssl/x509v3.h>\n", 0),
        ("src/keys/x.hpp", "#include <sodium/utils.h>\n", 0),
        ("src/net/ticket_keys.cpp", "#include <openssl/evp.h>\n", 0),
        ("src/net/x.cpp", "#include <openssl/evp.h>\n", 1),
        ("src/net/x.cpp", "#include <openssl/hmac.h>\n", 1),
        ("src/keys/x.cpp", "#include <openssl/ssl.h>\n", 1),
        ("src/proof/x.cpp", "#include <sodium.h>\n", 1),
        ("src/proof/x.cpp", "#include <sodium/crypto_sign.h>\n", 1),
        ("src/api/x.cpp", "#include <sqlite3.h>\n", 1),
        ("src/net/x.cpp", "#include <spdlog/spdlog.h>\n", 1),
        ("src/api/x.cpp", "#include <toml++/toml.h>\n", 1),
        ("src/http/x.cpp", "#include <boost/beast/http.hpp>\n", 1),
        ("src/proof/x.cpp", "#include <boost/asio/post.hpp>\n", 1),
        ("src/site/renderer.cpp", "#include <kainjow/mustache.hpp>\n", 0),
        ("src/site/x.cpp", "#include <kainjow/mustache.hpp>\n#include <zlib.h>\n", 2),
    ],
    "range-for": [
        (HOUSE, "for (const auto& key : snapshot->keys()) use(key);\n", 0),
        (HOUSE, "for (const auto& key : ring.all()) {\n", 0),
        (HOUSE, "for (auto i = begin(); i != end(); ++i) f()->x();\n", 0),
        (HOUSE, "for (const auto& key : ring.snapshot()->keys()) {\n", 1),
        (HOUSE, "for (const auto& key :\n     ring.snapshot() -> keys())\n  use(key);\n", 1),
        (HOUSE, "for (auto one : parse(text).value().rows()) {\n", 1),
    ],
    "error-parts": [
        (HOUSE, "const std::string text = result.error().message();\n", 0),
        (HOUSE, "const Error& error = result.error();\nuse(error.message());\n", 0),
        (HOUSE, "const auto text = [&x](Result<int> r) { return r.error().message(); };\n", 0),
        (HOUSE, "const std::string& text = result.error().message();\n", 1),
        (HOUSE, "const auto& text =\n    parse(input).error().detail();\n", 1),
        (HOUSE, "std::string_view text = result.error().param();\n", 1),
    ],
    "chance": [
        ("src/app/x.cpp", "auto t = std::chrono::system_clock::now();\n", 0),
        ("src/crypto/system_random.cpp", "randombytes_buf(p, n);\n", 0),
        (HOUSE, "auto t = clock_.now(); row.time(0); // steady_clock::now()\n", 0),
        (HOUSE, 'log("system_clock::now");\n', 0),
        (HOUSE, "auto t = std::chrono::system_clock::now();\n", 1),
        (HOUSE, "auto t = steady_clock :: now();\n", 1),
        (HOUSE, "auto t = std::time(nullptr) + ::time(0) + time(&x);\n", 3),
        (HOUSE, "clock_gettime(CLOCK_REALTIME, &t);\n", 1),
        (HOUSE, "std::random_device seed; std::mt19937 engine;\n", 2),
        (HOUSE, "int x = rand();\n", 1),
        (HOUSE, "RAND_bytes(p, 16); randombytes_buf(p, 16);\n", 2),
    ],
    "coroutines": [
        (HOUSE, "Task<int> f() { const int a = co_await g(x); co_return a; }\n", 0),
        (HOUSE, "Task<int> f() { const int a = b ? 1 : 2; co_return co_await g(a); }\n", 0),
        (HOUSE, "Task<int> f() { Options o{1, 2}; co_await g(o); }\n", 0),
        (HOUSE, "Task<int> f() { auto h = [this](int a) { return a; }; co_await g(h); }\n", 0),
        (HOUSE, "void f() { spawn(io, [&]() -> Task<void> { co_await g(); }, detached); auto x = T{1}; }\n", 0),
        (HOUSE, "Task<int> f() { if (co_await g()) { h(T{1}); } else { k(a ? b : c); } }\n", 0),
        (HOUSE, "Task<int> f() { for (auto& x : list[i]) { co_await g(list[i]); } }\n", 0),
        (HOUSE, "Task<int> f() { co_await g([](int a) { return a; }); }\n", 0),
        (HOUSE, 'Task<int> f() { co_await g("why?{}"); /* a ? b : c */ }\n', 0),
        (HOUSE, "struct S { int a{1}; Task<int> f() const { co_return co_await g(a); } };\n", 0),
        (HOUSE, "Task<int> f() { co_await g(a ? 1 : 2); }\n", 1),
        (HOUSE, "Task<int> f() { auto x = a ? co_await g() : 2; }\n", 1),
        (HOUSE, "Task<int> f() { co_await g([&](int a) { return a; }); }\n", 1),
        (HOUSE, "Task<int> f() { co_await g(1, [this] { go(); }); }\n", 1),
        (HOUSE, "Task<int> f() { co_await g([x = y]() mutable { return x; }); }\n", 1),
        (HOUSE, "Task<int> f() { co_await g(Options{.a = 1}); }\n", 1),
        (HOUSE, "Task<int> f() { co_await g({1, 2}); }\n", 1),
        (HOUSE, "Task<int> f() { auto x = Pair{co_await g(), 1}; }\n", 1),
        (HOUSE, "auto f() -> Task<int> { while (co_await g(T{})) { h(); } }\n", 1),
        (HOUSE, "void f() { spawn(io, [&]() -> Task<void> { co_await g(T{1}); }, detached); }\n", 1),
    ],
    "machine-paths": [
        ("docs/x.md", "see /usr/bin/cogos, /data, https://example.org" + HOME + "x, $HOME" + WORK + "x\n", 0),
        ("docs/x.md", "cd " + HOME + "me/cogos\n", 1),
        ("scripts/x.sh", 'x="' + WORK + 'a"\ny=' + "/" + "root/.cache\n", 2),
    ],
    "top-level": [
        (".", "CMakeLists.txt LICENSE README.md config docker docs include scripts src tests .git build build-x", 0),
        (".", "CMakeLists.txt LICENSE README.md config docker docs include scripts src", 1),
        (".", "CMakeLists.txt LICENSE README.md config docker docs include scripts src tests notes.md", 1),
    ],
    "dockerfile": [
        ("docker/Dockerfile", GOOD_IMAGE, 0),
        ("docker/Dockerfile", GOOD_IMAGE.replace("cc-debian12:nonroot", "cc-debian12:debug"), 1),
        ("docker/Dockerfile", GOOD_IMAGE.replace("gcr.io/distroless/cc-debian12:nonroot", "debian:12"), 1),
        ("docker/Dockerfile", GOOD_IMAGE.replace("USER 65532:65532", "USER root"), 1),
        ("docker/Dockerfile", GOOD_IMAGE.replace("USER 65532:65532\n", ""), 1),
        ("docker/Dockerfile", GOOD_IMAGE.replace('["/usr/bin/cogos"]', "/usr/bin/cogos"), 1),
        ("docker/Dockerfile", GOOD_IMAGE.replace('CMD ["serve", "--config", "/etc/cogos/cogos.toml"]', "CMD serve"), 1),
        ("docker/Dockerfile", GOOD_IMAGE.replace("WORKDIR /data", "WORKDIR /data\nRUN mkdir x"), 1),
        ("docker/Dockerfile", GOOD_IMAGE.replace("VOLUME /data\n", ""), 1),
        ("docker/Dockerfile", "FROM debian:12\nRUN make\n", 1),
    ],
}
