#include "cli/probe_self.hpp"

#include "cli/report.hpp"

namespace cogos::cli {

int probe_self(const OwnServer& own, CommandContext& context) {
  const auto door = context.server.own_door(own);
  if (!door) return refuse(context, door.error());
  const auto transport = context.server.probe({std::nullopt, true});
  for (const char* path : {"/health", "/ready"}) {
    ProbeRequest request;
    request.origin = door->origin;
    request.target = path;
    if (door->front_door) request.headers.emplace_back("X-Forwarded-Proto", "https");
    const auto answer = transport->send(request);
    if (answer && answer->status == 200) continue;
    complain(context, door->origin + path + ": " +
                          (answer ? "status " + std::to_string(answer->status) : answer.error().message()));
    return kAnswerIsNo;
  }
  return kDone;
}

}  // namespace cogos::cli
