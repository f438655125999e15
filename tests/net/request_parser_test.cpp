#include "net/request_parser.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace cogos::net {
namespace {

struct Parsed {
  http::Request request;
  std::optional<Error> error;
  bool complete = false;
  std::string left;
};

/// Feeds `bytes` in two portions, split at `split`, the way a connection does.
Parsed parse(const std::string& bytes, std::size_t split, const ConnectionLimits& limits = {}) {
  RequestParser parser(limits);
  Parsed out;
  bool in_head = true;
  std::string pending;
  for (const std::string& portion : {bytes.substr(0, split), bytes.substr(split)}) {
    pending += portion;
    std::string_view rest = pending;
    if (in_head) {
      const auto progress = parser.read_head(rest, out.request);
      if (!progress) {
        out.error = progress.error();
        return out;
      }
      in_head = *progress != RequestParser::Progress::done;
    }
    if (!in_head && !out.complete) {
      const auto progress = parser.read_body(rest, out.request);
      if (!progress) {
        out.error = progress.error();
        return out;
      }
      out.complete = *progress == RequestParser::Progress::done;
    }
    pending = std::string(rest);
  }
  out.left = pending;
  return out;
}

struct Refused {
  const char* name;
  std::string bytes;
  ErrorCode code = ErrorCode::malformed_http;
};

std::vector<Refused> refused_requests() {
  const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n";
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
  return {
      {"LengthThenChunked", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"ChunkedThenLength", post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"},
      {"TwoLengthsThatDiffer", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"},
      {"TwoLengthsAlike", post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"},
      {"LengthList", post + "Content-Length: 3, 3\r\n\r\nabc"},
      {"LengthSigned", post + "Content-Length: +3\r\n\r\nabc"},
      {"LengthHex", post + "Content-Length: 0x3\r\n\r\nabc"},
      {"LengthEmpty", post + "Content-Length:\r\n\r\n"},
      {"LengthBeyond64Bits", post + "Content-Length: 18446744073709551616\r\n\r\n"},
      {"CodingUnknown", post + "Transfer-Encoding: gzip\r\n\r\n"},
      {"CodingListed", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
      {"CodingObfuscated", post + "Transfer-Encoding: xchunked\r\n\r\n"},
      {"CodingTwice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"CodingIdentity", post + "Transfer-Encoding: identity\r\nContent-Length: 3\r\n\r\nabc"},
      {"CodingInHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"FoldedLine", get + "X-A: b\r\n c\r\n\r\n"},
      {"FoldedLineAfterEmptyValue", get + "X-A:\r\n\tc\r\n\r\n"},
      {"FoldedFirstField", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
      {"BareLineFeed", "GET / HTTP/1.1\nHost: a\n\n"},
      {"BareLineFeedAtHeadEnd", get + "\n"},
      {"BareCarriageReturnInValue", get + "X-A: b\rc\r\n\r\n"},
      {"NulInValue", get + std::string("X-A: b\0c\r\n\r\n", 12)},
      {"ControlInValue", get + "X-A: b\x01"
                               "c\r\n\r\n"},
      {"DeleteInValue", get + "X-A: b\x7f\r\n\r\n"},
      {"SpaceBeforeColon", get + "X-A : b\r\n\r\n"},
      {"NoColon", get + "nonsense\r\n\r\n"},
      {"EmptyFieldName", get + ": b\r\n\r\n"},
      {"NoHost", "GET / HTTP/1.1\r\n\r\n"},
      {"TwoHosts", get + "Host: b\r\n\r\n"},
      {"HostWithPath", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
      {"HostWithSpace", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
      {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {"Http09", "GET /\r\n\r\n"},
      {"VersionTooNew", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"},
      {"LowerCaseVersion", "GET / http/1.1\r\nHost: a\r\n\r\n"},
      {"TwoSpaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"MethodNotAToken", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"TargetRelative", "GET index HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"TargetAuthorityForm", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"TargetAsteriskOfGet", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"TargetOtherScheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"TargetWithUserinfo", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"TargetHostThatBeginsLikeAnAddress", "GET http://127.0.0.1.a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"TargetWithFragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"TargetNotAscii", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"ChunkSizeNotHex", chunked + "g\r\n"},
      {"ChunkSizeEmpty", chunked + "\r\n\r\n"},
      {"ChunkSizePrefixed", chunked + "0x3\r\nabc\r\n0\r\n\r\n"},
      {"ChunkSizeSigned", chunked + "-1\r\nabc"},
      {"ChunkSizeBeyond64Bits", chunked + "11111111111111111\r\n"},
      {"ChunkLongerThanSaid", chunked + "3\r\nabcd\r\n0\r\n\r\n"},
      {"ChunkExtensionWithLineFeed", chunked + "3;a=\"\n\"\r\nabc\r\n0\r\n\r\n"},
      {"TrailerContentLength", chunked + "0\r\nContent-Length: 5\r\n\r\n"},
      {"LineThatIsEmptyTwice", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"TlsHandshake", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15)},
  };
}

TEST(RequestParser, RefusesWhatCouldBeReadInTwoWaysWhereverItIsSplit) {
  for (const Refused& one : refused_requests()) {
    for (std::size_t split = 0; split <= one.bytes.size(); ++split) {
      const Parsed parsed = parse(one.bytes, split);
      ASSERT_TRUE(parsed.error) << one.name << " split at " << split;
      EXPECT_EQ(parsed.error->code(), one.code) << one.name << ": " << parsed.error->message();
    }
  }
}

TEST(RequestParser, TakesARequestWhereverItIsSplit) {
  const std::string bytes =
      "\r\nPOST /v1/x?y=%20z HTTP/1.1\r\nhOST: a:8443\r\nX-Empty:\r\nX-Text:  caf\xc3\xa9 \t\r\n"
      "Transfer-Encoding: Chunked\r\n\r\n"
      "3;name=\"v\"\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Trailer: t\r\n\r\nGET /next";
  for (std::size_t split = 0; split <= bytes.size(); ++split) {
    const Parsed parsed = parse(bytes, split);
    ASSERT_FALSE(parsed.error) << split << parsed.error->message();
    EXPECT_TRUE(parsed.complete);
    EXPECT_EQ(parsed.request.method, "POST");
    EXPECT_EQ(parsed.request.target, "/v1/x?y=%20z");
    EXPECT_EQ(parsed.request.headers.find("X-Empty"), "");
    EXPECT_EQ(parsed.request.headers.find("x-text"), "caf\xc3\xa9");
    EXPECT_FALSE(parsed.request.headers.find("X-Trailer"));
    EXPECT_EQ(parsed.request.body, "abc0123456789");
    EXPECT_EQ(parsed.left, "GET /next");
  }
}

TEST(RequestParser, TakesAnEmptyChunkedBodyByteByByte) {
  const std::string body = "0\r\n\r\n";
  const ConnectionLimits limits;
  RequestParser parser(limits);
  http::Request request;
  std::string_view head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  ASSERT_EQ(parser.read_head(head, request).value(), RequestParser::Progress::done);
  for (std::size_t size = 1; size < body.size(); ++size) {
    std::string_view arrived = std::string_view(body).substr(0, size);
    EXPECT_EQ(parser.read_body(arrived, request).value(), RequestParser::Progress::need_more) << size;
    EXPECT_EQ(arrived.size(), size);
  }
  std::string_view whole = body;
  EXPECT_EQ(parser.read_body(whole, request).value(), RequestParser::Progress::done);
  EXPECT_TRUE(request.body.empty() && whole.empty());
}

TEST(RequestParser, TakesABodyThatLooksLikeALastChunk) {
  const ConnectionLimits limits;
  RequestParser parser(limits);
  http::Request request;
  std::string_view head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n";
  ASSERT_EQ(parser.read_head(head, request).value(), RequestParser::Progress::done);
  std::string_view body = "0\r\n";
  EXPECT_EQ(parser.read_body(body, request).value(), RequestParser::Progress::done);
  EXPECT_EQ(request.body, "0\r\n");
}

TEST(RequestParser, TakesAbsoluteFormsPathAsSent) {
  const std::vector<std::pair<std::string, std::string>> forms{{"http://a/b%2fc?d=/e", "/b%2fc?d=/e"},
                                                               {"https://a:8443", "/"},
                                                               {"HTTPS://a?q", "/?q"},
                                                               {"/plain?x", "/plain?x"},
                                                               {"//two", "//two"}};
  for (const auto& [target, path] : forms) {
    const std::string bytes = "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
    EXPECT_EQ(parse(bytes, 0).request.target, path);
  }
  EXPECT_EQ(parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 0).request.target, "*");
}

TEST(RequestParser, BoundsChunkFramingAndTrailers) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  ConnectionLimits limits;
  limits.max_body_bytes = 1000;
  std::string tiny = head;
  for (int i = 0; i < 900; ++i) tiny += "1;" + std::string(100, 'a') + "\r\nx\r\n";
  EXPECT_EQ(parse(tiny, 0, limits).error->code(), ErrorCode::malformed_http);
  const std::string trailers = head + "0\r\nX: " + std::string(20'000, 'a');
  EXPECT_EQ(parse(trailers, 0, limits).error->code(), ErrorCode::headers_too_large);
  const std::string extension = head + "3;" + std::string(20'000, 'a');
  EXPECT_EQ(parse(extension, 0, limits).error->code(), ErrorCode::headers_too_large);
}

TEST(RequestParser, KnowsWhetherTheConnectionGoesOn) {
  const std::vector<std::pair<std::string, bool>> heads{
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: foo, Close\r\n\r\n", false},
      {"GET / HTTP/1.0\r\n\r\n", false},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true}};
  const ConnectionLimits limits;
  for (const auto& [head, keep_alive] : heads) {
    RequestParser parser(limits);
    http::Request request;
    std::string_view rest = head;
    ASSERT_TRUE(parser.read_head(rest, request)) << head;
    EXPECT_EQ(parser.keep_alive(), keep_alive) << head;
  }
}

}  // namespace
}  // namespace cogos::net
