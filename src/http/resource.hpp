#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace cogos::http {

/// One body in the forms in which clients take it. An empty form is not there.
struct Representations {
  std::string identity;
  std::string gzip;
  std::string brotli;

  /// All forms of `text` that are smaller than it. For what is known when the program starts only; what is
  /// known when it is built is compressed then, and harder.
  [[nodiscard]] static Representations of(std::string text);
};

/// Something public that is the same for everybody, made once: answers GET and HEAD with what the client has
/// not got yet, in the coding that it prefers. Each representation has a strong entity tag of its own (RFC
/// 9110 §8.8.3); Range is ignored, as §14.2 lets a server, and said so. Not for what is secret: compression
/// tells lengths. Immutable, thread-safe.
class Resource {
 public:
  struct Kind {
    std::string content_type;
    std::string cache_control;
    int status = 200;  ///< Of the answer that brings the body.
  };

  /// `version` stands in the entity tags: a hash of the body, as hex.
  Resource(Kind kind, Representations forms, std::string_view version);

  /// 200 (or the kind's status), 304; 406 where the client takes no coding there is, and 412 where If-Match
  /// names other versions.
  [[nodiscard]] Response answer(const Request& request) const;

 private:
  struct Form {
    const std::string* body;
    const std::string* tag;
    std::string_view coding;  ///< For Content-Encoding; empty for identity.
  };
  /// Nothing where there is none that the client takes.
  [[nodiscard]] std::optional<Form> choose(const Headers& headers) const;

  Kind kind_;
  Representations forms_;
  std::string identity_tag_;
  std::string gzip_tag_;
  std::string brotli_tag_;
};

}  // namespace cogos::http
