#include "http/resource.hpp"

#include "http/accept.hpp"
#include "http/compress.hpp"
#include "http/entity_tag.hpp"
#include "http/error_response.hpp"

namespace cogos::http {
namespace {

std::string tag(std::string_view version, std::string_view form) {
  std::string text = "\"";
  return text.append(version).append(form).append("\"");
}

/// A refusal whose status has no code of its own among our errors: nothing but files can give it.
Response refusal(int status, std::string message) {
  Response response = error_response(Error(ErrorCode::invalid_request, std::move(message)), {});
  response.status = status;
  return response;
}

}  // namespace

Representations Representations::of(std::string text) {
  Representations forms;
  forms.gzip = http::gzip(text);
  forms.brotli = http::brotli(text);
  // Both or neither: a client's choice is between codings, and what is so short fits one packet anyway.
  if (forms.gzip.size() >= text.size() || forms.brotli.size() >= text.size()) forms = {};
  forms.identity = std::move(text);
  return forms;
}

Resource::Resource(Kind kind, Representations forms, std::string_view version)
    : kind_(std::move(kind)),
      forms_(std::move(forms)),
      identity_tag_(tag(version, "")),
      gzip_tag_(tag(version, "-gz")),
      brotli_tag_(tag(version, "-br")) {}

std::optional<Resource::Form> Resource::choose(const Headers& headers) const {
  std::optional<Coding> coding;
  if (!forms_.gzip.empty()) {
    coding = choose_coding(headers);
  } else if (takes_identity(headers)) {
    coding = Coding::identity;
  }
  if (!coding) return std::nullopt;
  if (*coding == Coding::brotli) return Form{&forms_.brotli, &brotli_tag_, "br"};
  if (*coding == Coding::gzip) return Form{&forms_.gzip, &gzip_tag_, "gzip"};
  return Form{&forms_.identity, &identity_tag_, {}};
}

Response Resource::answer(const Request& request) const {
  const auto form = choose(request.headers);
  if (!form) {
    return refusal(406, "Accept-Encoding takes no coding in which this is there; allow identity");
  }
  if (request.headers.find("If-Match") && !match_names(request.headers.joined("If-Match"), *form->tag)) {
    return refusal(412, "If-Match names another version; leave it out to get this one");
  }
  Response response;
  // RFC 9110 §15.4.5: what a cache updates its copy with; what describes the body itself is with the copy.
  response.headers.set("ETag", *form->tag);
  response.headers.set("Cache-Control", kind_.cache_control);
  if (!forms_.gzip.empty()) response.headers.set("Vary", "Accept-Encoding");
  if (none_match_names(request.headers.joined("If-None-Match"), *form->tag)) {
    response.status = 304;
    return response;
  }
  response.status = kind_.status;
  response.headers.set("Content-Type", kind_.content_type);
  if (!form->coding.empty()) response.headers.set("Content-Encoding", std::string(form->coding));
  response.headers.set("Accept-Ranges", "none");
  response.body = *form->body;
  return response;
}

}  // namespace cogos::http
