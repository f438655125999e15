#include "http/resource.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "http/accept.hpp"
#include "http/compress.hpp"
#include "http/entity_tag.hpp"

namespace cogos::http {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

Request request(const Fields& fields) {
  Request made;
  made.method = "GET";
  for (const auto& [name, value] : fields) made.headers.add(name, value);
  return made;
}

std::string coding_for(const std::string& accept_encoding) {
  const Request made = request({{"Accept-Encoding", accept_encoding}});
  const auto coding = choose_coding(made.headers);
  if (!coding) return "none";
  return *coding == Coding::brotli ? "br" : *coding == Coding::gzip ? "gzip" : "identity";
}

bool html_for(const std::string& accept) {
  const Request made = request({{"Accept", accept}});
  return prefers_html(made.headers);
}

TEST(AcceptEncoding, WhatTheClientPrefersWinsAndOfEqualsTheSmallest) {
  EXPECT_EQ(coding_for("gzip, deflate, br"), "br");
  EXPECT_EQ(coding_for("gzip, deflate, br, zstd"), "br");
  EXPECT_EQ(coding_for("gzip"), "gzip");
  EXPECT_EQ(coding_for("GZIP"), "gzip");
  EXPECT_EQ(coding_for("x-gzip"), "gzip");
  EXPECT_EQ(coding_for("br;q=0.5, gzip;q=0.8"), "gzip");
  EXPECT_EQ(coding_for("br;q=0.5, gzip;q=0.8, identity"), "identity");
  EXPECT_EQ(coding_for("br;q=0.001"), "br");
  EXPECT_EQ(coding_for("*"), "br");
  EXPECT_EQ(coding_for("*;q=0.5, gzip"), "gzip");
  EXPECT_EQ(coding_for("br;q=0, *"), "gzip");
  EXPECT_EQ(coding_for("deflate"), "identity");
  EXPECT_EQ(coding_for(""), "identity");
  EXPECT_EQ(choose_coding(Headers()), Coding::identity);
}

TEST(AcceptEncoding, WhatIsRefusedIsNotSent) {
  EXPECT_EQ(coding_for("identity;q=0"), "none");
  EXPECT_EQ(coding_for("*;q=0"), "none");
  EXPECT_EQ(coding_for("identity;q=0, br;q=0, *"), "gzip");
  EXPECT_EQ(coding_for("*;q=0, identity"), "identity");
  EXPECT_EQ(coding_for("*;q=0, identity;q=0.5, gzip;q=0"), "identity");
  EXPECT_EQ(coding_for("gzip;q=0"), "identity");
  EXPECT_EQ(coding_for("identity;q=0, gzip"), "gzip");
}

TEST(AcceptEncoding, WhatIsMalformedDoesNotCount) {
  for (const char* weight : {"2", "1.1", "0.1234", "-1", "x", "", "0,5", "1.0000", ".5", "00"}) {
    EXPECT_EQ(coding_for("gzip;q=" + std::string(weight)), "identity") << weight;
  }
  EXPECT_EQ(coding_for(";q=1, ,,, gzip ; q=0.5"), "gzip");
  EXPECT_EQ(coding_for("gzip;level=9;q=0"), "identity");
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "x,";
  EXPECT_EQ(coding_for(many + "gzip"), "identity");
}

TEST(Accept, BrowsersPreferHtmlAndProgramsDoNot) {
  EXPECT_TRUE(html_for("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"));
  EXPECT_TRUE(html_for("text/html"));
  EXPECT_TRUE(html_for("text/*, application/json;q=0.9"));
  EXPECT_FALSE(html_for("*/*"));
  EXPECT_FALSE(html_for(""));
  EXPECT_FALSE(html_for("application/json"));
  EXPECT_FALSE(html_for("application/json, text/html"));
  EXPECT_FALSE(html_for("text/html;q=0.5, */*"));
  EXPECT_FALSE(html_for("text/html;q=0"));
  EXPECT_FALSE(prefers_html(Headers()));
}

TEST(EntityTags, IfNoneMatchComparesWeaklyAndIfMatchStrongly) {
  for (const char* list : {"\"a\"", "\"x\", \"a\"", "\"x\",\"a\",\"y\"", " \"a\" ", "*"}) {
    EXPECT_TRUE(none_match_names(list, "\"a\"")) << list;
    EXPECT_TRUE(match_names(list, "\"a\"")) << list;
  }
  EXPECT_TRUE(none_match_names("\"x\", W/\"a\"", "\"a\""));
  EXPECT_FALSE(match_names("W/\"a\"", "\"a\""));
  for (const char* list :
       {"", "a", "\"ab\"", "\"A\"", "\"x\" \"", "\"a", "x, \"a\"", "\"b\"a\"", "* \"a\"", "w/\"a\""}) {
    EXPECT_FALSE(none_match_names(list, "\"a\"")) << list;
  }
}

std::string gunzip(const std::string& bytes) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string input = bytes;
  std::string text(100'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

class ResourceTest : public ::testing::Test {
 protected:
  std::string text = [] {
    std::string lines;
    for (int i = 0; i < 200; ++i) lines += "A line that is like the others, " + std::to_string(i) + "\n";
    return lines;
  }();
  Resource resource{{"text/plain", "public, max-age=60"}, Representations::of(text), "0123"};

  Response get(const Fields& fields) const { return resource.answer(request(fields)); }
  static std::string header(const Response& response, std::string_view name) {
    return std::string(response.headers.find(name).value_or("(none)"));
  }
};

TEST_F(ResourceTest, EachFormHasATagOfItsOwn) {
  const Response plain = get({});
  EXPECT_EQ(plain.status, 200);
  EXPECT_EQ(plain.body, text);
  EXPECT_EQ(header(plain, "ETag"), "\"0123\"");
  EXPECT_EQ(header(plain, "Content-Encoding"), "(none)");
  EXPECT_EQ(header(plain, "Cache-Control"), "public, max-age=60");
  EXPECT_EQ(header(plain, "Vary"), "Accept-Encoding");
  EXPECT_EQ(header(plain, "Accept-Ranges"), "none");
  const Response gzipped = get({{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(header(gzipped, "ETag"), "\"0123-gz\"");
  EXPECT_EQ(header(gzipped, "Content-Encoding"), "gzip");
  EXPECT_EQ(gunzip(gzipped.body), text);
  const Response brotlied = get({{"Accept-Encoding", "br"}});
  EXPECT_EQ(header(brotlied, "ETag"), "\"0123-br\"");
  EXPECT_EQ(header(brotlied, "Content-Encoding"), "br");
  EXPECT_LT(brotlied.body.size(), gzipped.body.size());
  EXPECT_LT(gzipped.body.size(), text.size() / 4);
}

TEST_F(ResourceTest, WhoHasThatFormAlreadyGetsNoBody) {
  const Response has = get({{"If-None-Match", "\"x\", W/\"0123\""}});
  EXPECT_EQ(has.status, 304);
  EXPECT_TRUE(has.body.empty());
  EXPECT_EQ(header(has, "ETag"), "\"0123\"");
  EXPECT_EQ(header(has, "Cache-Control"), "public, max-age=60");
  EXPECT_EQ(header(has, "Vary"), "Accept-Encoding");
  EXPECT_EQ(get({{"If-None-Match", "\"0123\""}, {"Accept-Encoding", "gzip"}}).status, 200);
  EXPECT_EQ(get({{"If-None-Match", "\"0123-gz\""}, {"Accept-Encoding", "gzip"}}).status, 304);
  EXPECT_EQ(get({{"If-None-Match", "*"}}).status, 304);
  EXPECT_EQ(get({{"If-Match", "\"0123\""}}).status, 200);
  EXPECT_EQ(get({{"If-Match", "\"other\""}}).status, 412);
  EXPECT_EQ(get({{"If-Match", "W/\"0123\""}}).status, 412);
}

TEST_F(ResourceTest, RangesAreIgnoredAndCodingsThatAreNotTakenRefused) {
  const Response whole = get({{"Range", "bytes=0-9"}, {"If-Range", "\"0123\""}});
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.body, text);
  const Response refused = get({{"Accept-Encoding", "identity;q=0"}});
  EXPECT_EQ(refused.status, 406);
  EXPECT_NE(refused.body.find("Accept-Encoding"), std::string::npos);
}

TEST_F(ResourceTest, WhatIsTooShortToCompressIsThereAsItIsAlone) {
  const Resource shortest({"text/plain", "no-cache"}, Representations::of("hello\n"), "9");
  const Response answer = shortest.answer(request({{"Accept-Encoding", "br, gzip"}}));
  EXPECT_EQ(answer.body, "hello\n");
  EXPECT_EQ(header(answer, "Vary"), "(none)");
  EXPECT_EQ(shortest.answer(request({{"Accept-Encoding", "identity;q=0, gzip"}})).status, 406);
}

}  // namespace
}  // namespace cogos::http
