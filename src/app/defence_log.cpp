#include "app/defence_log.hpp"

namespace cogos::app {

void DefenceLog::banned(std::string_view peer, std::string_view reason, std::chrono::seconds length) {
  log_.warn("address banned",
            {{"peer", peer}, {"reason", reason}, {"seconds", std::int64_t{length.count()}}});
}

void DefenceLog::quarantined(std::string_view key_id, std::string_view peer, std::string_view pattern) {
  log_.warn("key quarantined", {{"key_id", key_id}, {"peer", peer}, {"pattern", pattern}});
}

void DefenceLog::suspected(std::string_view key_id, std::string_view peer, std::string_view pattern) {
  log_.warn("key would be quarantined", {{"key_id", key_id}, {"peer", peer}, {"pattern", pattern}});
}

void DefenceLog::not_recorded(std::string_view event, const Error& error) {
  log_.error("an event of the defence took effect but is not on record",
             {{"what", event}, {"reason", error.message()}, {"detail", error.detail()}});
}

}  // namespace cogos::app
