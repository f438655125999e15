#pragma once

#include <memory>

#include "http/body_stream.hpp"
#include "http/pipeline.hpp"

namespace cogos::http {

/// Wraps a handler's stream so that each piece runs through the hash and the seals, and the end brings the
/// row and then the receipts as trailers. Where the row cannot be written the stream ends without receipts.
/// `exchange` and the stages must outlive the stream; announces the trailers in the response's headers.
[[nodiscard]] std::unique_ptr<BodyStream> receipted(std::unique_ptr<BodyStream> body, Exchange& exchange,
                                                    const PipelineParts& parts);

}  // namespace cogos::http
