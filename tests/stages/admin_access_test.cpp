#include "stages/admin_access.hpp"

#include <atomic>
#include <thread>

#include "pipeline_fixture.hpp"
#include "stages/peer_limit.hpp"

namespace cogos::stages {
namespace {

using http::Door;
using http::Surface;

http::Networks networks(const std::vector<std::string>& entries) {
  return http::Networks::parse(entries).value();
}

Surface surface(const AdminAccess& access, Door door, const char* peer) {
  http::Exchange exchange;
  exchange.door = door;
  exchange.peer = boost::asio::ip::make_address(peer);
  return access.surface_for(exchange);
}

TEST(AdminAccess, ShowsTheOperatorsRoutesToTheNetworksGivenOnly) {
  const AdminAccess anywhere(false, {});
  EXPECT_EQ(surface(anywhere, Door::front, "203.0.113.9"), Surface::all);
  const AdminAccess access(false, networks({"10.0.0.0/8", "fd00::/8"}));
  EXPECT_EQ(surface(access, Door::front, "10.255.255.255"), Surface::all);
  EXPECT_EQ(surface(access, Door::front, "::ffff:10.1.2.3"), Surface::all);
  EXPECT_EQ(surface(access, Door::front, "fd12::1"), Surface::all);
  EXPECT_EQ(surface(access, Door::front, "11.0.0.0"), Surface::customers);
  EXPECT_EQ(surface(access, Door::front, "2001:db8::1"), Surface::customers);
}

TEST(AdminAccess, WithAListenerOfTheirOwnTheyExistThereAlone) {
  const AdminAccess access(true, networks({"10.0.0.0/8"}));
  EXPECT_EQ(surface(access, Door::front, "10.0.0.1"), Surface::customers);
  EXPECT_EQ(surface(access, Door::front, "11.0.0.1"), Surface::customers);
  EXPECT_EQ(surface(access, Door::operators, "10.0.0.1"), Surface::operators);
  EXPECT_EQ(surface(access, Door::operators, "11.0.0.1"), Surface::probes);
}

TEST(AdminAccess, AChangeIsInForceForEveryRequestAfterIt) {
  AdminAccess access(false, {});
  std::atomic<bool> stop = false;
  std::atomic<int> closed_and_seen_open = 0;
  std::atomic<int> closed = 0;  // even: any answer may be seen
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const int before = closed.load();
        const Surface seen = surface(access, Door::front, "203.0.113.9");
        if (before % 2 == 1 && closed.load() == before && seen != Surface::customers) ++closed_and_seen_open;
      }
    });
  }
  for (int i = 0; i < 2'000; ++i) {
    access.allow_from(networks({"10.0.0.0/8"}));
    ++closed;
    EXPECT_EQ(surface(access, Door::front, "203.0.113.9"), Surface::customers);
    ++closed;
    access.allow_from({});
    EXPECT_EQ(surface(access, Door::front, "203.0.113.9"), Surface::all);
  }
  stop = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(closed_and_seen_open, 0);
}

class HiddenAdminTest : public PipelineTest {
 protected:
  void use(const http::Access& access, std::vector<http::Gate*> gates) {
    http::PipelineParts parts;
    parts.router = &router;
    parts.access = &access;
    parts.gates = std::move(gates);
    parts.recorder = &recorder;
    parts.dressers = {&security_headers, &call_headers};
    parts.whole_hash = &sha256_of_body;
    parts.clock = &clock;
    pipeline = std::make_unique<http::Pipeline>(parts);
  }
  http::Response& ask(const std::string& method, const std::string& path, bool with_key) {
    http::Request wanted = request(method, path);
    if (with_key) wanted.headers.set("X-Admin-Key", "0123456789abcdef");
    return send(std::move(wanted));
  }
};

TEST_F(HiddenAdminTest, AnAdminRouteIsAnUnknownPathWithOrWithoutTheKey) {
  const AdminAccess elsewhere(false, networks({"10.0.0.0/8"}));
  use(elsewhere, {&authenticate, &admin, &load, &body_gate});
  const auto shape = [this](const std::string& method, const std::string& path, bool with_key) {
    const http::Response& response = ask(method, path, with_key);
    std::string all = std::to_string(response.status) + response.body;
    for (const auto& [name, value] : response.headers) all += "\n" + name + ": " + value;
    return all;
  };
  EXPECT_EQ(ask("POST", "/nothing", false).status, 404);
  for (const char* method : {"POST", "GET", "OPTIONS", "HEAD"}) {
    const std::string nothing = shape(method, "/nothing", false);
    for (const bool with_key : {false, true}) EXPECT_EQ(shape(method, "/admin/keys", with_key), nothing);
  }
  peer = "10.0.0.1";
  EXPECT_EQ(ask("POST", "/admin/keys", false).status, 401);
}

TEST_F(HiddenAdminTest, TheOperatorsListenerHasNothingOfTheCustomers) {
  const AdminAccess own_door(true, {});
  use(own_door, {&authenticate, &admin, &load, &body_gate});
  EXPECT_EQ(ask("GET", "/v1/models", false).status, 401);
  EXPECT_EQ(ask("POST", "/admin/keys", true).status, 404);
}

TEST_F(HiddenAdminTest, WhereItIsHiddenItsPathsCountLikeAnyOther) {
  TokenBuckets buckets(1'000, clock, random);
  PeerLimitGate limit({8, 2}, buckets);
  const AdminAccess elsewhere(false, networks({"10.0.0.0/8"}));
  use(elsewhere, {&limit, &admin});
  for (int i = 0; i < 8; ++i) EXPECT_EQ(ask("POST", "/admin/keys", false).status, 404);
  EXPECT_EQ(ask("POST", "/admin/keys", false).status, 429);
  peer = "10.0.0.1";
  for (int i = 0; i < 2; ++i) EXPECT_EQ(ask("POST", "/admin/keys", false).status, 401);
  EXPECT_EQ(ask("POST", "/admin/keys", false).status, 429);
}

}  // namespace
}  // namespace cogos::stages
