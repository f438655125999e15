#include <iostream>

#include "app/admin_transport.hpp"
#include "app/backup.hpp"
#include "app/confinement.hpp"
#include "app/dek_rotation.hpp"
#include "app/environment.hpp"
#include "app/own_door.hpp"
#include "app/probe_transport.hpp"
#include "app/prune.hpp"
#include "app/restore.hpp"
#include "app/serve.hpp"
#include "app/system_clock.hpp"
#include "base/build_info.hpp"
#include "cli/run.hpp"
#include "crypto/system_random.hpp"
#include "store/fsck.hpp"

namespace {

using namespace cogos;

Result<cli::FsckReportView> check_store(const std::string& data_dir) {
  auto report = store::fsck(data_dir);
  if (!report) return report.error();
  return cli::FsckReportView{std::move(report->chains), std::move(report->problems), report->rows,
                             report->space.file_bytes, report->space.free_bytes};
}

}  // namespace

int main(int argc, char** argv) {
  try {
    app::forbid_dumps();
    crypto::SystemRandom random;
    const app::SystemClock clock;
    app::HttpsAdminTransport admin(clock);
    cli::ServerParts server;
    server.admin = &admin;
    server.fsck = &check_store;
    server.prune = [&](const cli::PruneOrder& order) { return app::prune(order, clock, random); };
    server.backup = [&](const cli::BackupOrder& order) { return app::backup(order, clock, random); };
    server.restore = [&](const cli::RestoreOrder& order, const crypto::X25519PrivateKey& key) {
      return app::restore(order, key, clock, random);
    };
    server.rotate_dek = [&](const cli::DekOrder& order) {
      return app::rotate_dek(order, {&app::environment, &app::take_from_environment}, clock, random);
    };
    server.probe = [&clock](const cli::ProbeTrust& trust) {
      return std::make_unique<app::NetProbeTransport>(trust, clock);
    };
    server.own_door = [](const cli::OwnServer& own) { return app::find_own_door(own, &app::environment); };
    server.check_config = [&](const std::string& file) { return app::check_config(file, clock.now()); };
    server.serve = [&](const cli::ServeOptions& options) { return app::serve(options, clock, random); };
    cli::CommandContext context{
        std::cin,         std::cout, std::cerr, &app::environment, random, clock, std::string(build_rev()),
        std::move(server)};
    return cli::run(argc, argv, context);
  } catch (const std::exception& error) {
    std::cerr << "cogos: " << error.what() << '\n';
    return cli::kUnusable;
  }
}
