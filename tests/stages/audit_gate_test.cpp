#include "stages/audit_gate.hpp"

#include "stages/pipeline_fixture.hpp"

namespace cogos::stages {
namespace {

class AuditGateTest : public PipelineTest {
 protected:
  Result<void> pass(const std::string& method, const http::Route* route, bool admitted = true) {
    http::Exchange call;
    call.request = request(method, "/v1/chat/completions");
    call.route = route;
    if (admitted) call.principal = std::make_shared<keys::KeyRecord>(key.record);
    return gate.pass(call);
  }

  AuditGate gate{log};
  const keys::MintedKey key = issue(keys::Scheme::bearer);
  const http::Route of_customers{
      "POST", "/v1/chat/completions", http::Realm::customer, http::BodyKind::json, {}};
  const http::Route of_operators{"POST", "/admin/keys", http::Realm::admin, http::BodyKind::json, {}};
};

TEST_F(AuditGateTest, RefusesWhatOwesARowWhileNoneCanBeWritten) {
  EXPECT_TRUE(pass("POST", &of_customers));
  log.fail();
  const auto refused = pass("POST", &of_customers);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::audit_unavailable);
}

TEST_F(AuditGateTest, LetsPassWhatOwesNone) {
  log.fail();
  EXPECT_TRUE(pass("GET", &of_customers));
  EXPECT_TRUE(pass("POST", &of_customers, false));
  EXPECT_TRUE(pass("POST", &of_operators, false)) << "its own transaction fails";
  EXPECT_TRUE(pass("POST", nullptr));
}

}  // namespace
}  // namespace cogos::stages
