#include "net/response_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cogos::net {
namespace {

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "";  // RFC 9112 §4 lets it be empty
  }
}

bool is_servers_own(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 5> ours{"Connection", "Content-Length", "Transfer-Encoding",
                                                        "Date", "Server"};
  return std::any_of(ours.begin(), ours.end(),
                     [name](std::string_view one) { return http::iequals(one, name); });
}

void append_number(std::uint64_t number, int base, std::string& out) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
  out.append(digits.data(), end);
}

void append_field(std::string_view name, std::string_view value, std::string& out) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

}  // namespace

void append_head(const http::Response& response, const HeadOptions& options, std::string& out) {
  out += "HTTP/1.1 ";
  append_number(static_cast<std::uint64_t>(std::clamp(response.status, 100, 999)), 10, out);
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\n";
  append_field("Date", http_date(options.date), out);
  for (const auto& [name, value] : response.headers) {
    if (!is_servers_own(name)) append_field(name, value, out);
  }
  if (options.framing == Framing::length) {
    out += "Content-Length: ";
    append_number(response.body.size(), 10, out);
    out += "\r\n";
  } else if (options.framing == Framing::chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  }
  if (!options.keep_alive) {
    out += "Connection: close\r\n";
  } else if (options.http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

void append_chunk(std::string_view piece, std::string& out) {
  append_number(piece.size(), 16, out);
  out += "\r\n";
  out += piece;
  out += "\r\n";
}

void append_last_chunk(const http::Headers& trailers, std::string& out) {
  out += "0\r\n";
  for (const auto& [name, value] : trailers) append_field(name, value, out);
  out += "\r\n";
}

std::string http_date(TimePoint time) {
  static constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  const auto two = [](std::string& out, unsigned number) {
    out += static_cast<char>('0' + number / 10);
    out += static_cast<char>('0' + number % 10);
  };
  std::string out;
  out.reserve(29);
  out += days[std::chrono::weekday(day).c_encoding()];
  out += ", ";
  two(out, static_cast<unsigned>(date.day()));
  out += ' ';
  out += months[static_cast<unsigned>(date.month()) - 1];
  out += ' ';
  const int year = std::clamp(static_cast<int>(date.year()), 0, 9999);
  two(out, static_cast<unsigned>(year / 100));
  two(out, static_cast<unsigned>(year % 100));
  out += ' ';
  two(out, static_cast<unsigned>(clock.hours().count()));
  out += ':';
  two(out, static_cast<unsigned>(clock.minutes().count()));
  out += ':';
  two(out, static_cast<unsigned>(clock.seconds().count()));
  out += " GMT";
  return out;
}

}  // namespace cogos::net
