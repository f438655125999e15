#pragma once

#include <string>

#include "cli/probe_transport.hpp"

namespace cogos::cli {

/// What is wrong with the headers that keep a browser safe, the first thing in words; empty where all is
/// well. `by_tls`: the answer came by https, where HSTS counts (RFC 6797 §7.2).
[[nodiscard]] std::string header_fault(const ProbeAnswer& answer, bool by_tls);

}  // namespace cogos::cli
