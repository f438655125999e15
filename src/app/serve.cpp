#include "app/serve.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <thread>
#include <vector>

#include "app/confinement.hpp"
#include "app/environment.hpp"
#include "app/settings_check.hpp"
#include "app/wiring.hpp"
#include "app/working_copies.hpp"

namespace cogos::app {
namespace {

unsigned thread_count(const Settings& settings) {
  if (settings.server.threads > 0) return settings.server.threads;
  return std::max(1U, std::thread::hardware_concurrency());
}

void say_what_was_made(Log& log, const StartPlan& plan) {
  if (plan.made.empty()) return;
  log.warn("DEVELOPMENT MODE: made what was missing; not for production");
  for (const std::string& line : plan.made) log.warn("development mode", {{"what", line}});
}

/// A backup or a restoring that was killed leaves a copy of the store, as secret as the store itself.
void say_what_was_abandoned(Log& log, const std::vector<Result<std::filesystem::path>>& outcomes) {
  for (const auto& outcome : outcomes) {
    if (outcome) {
      log.warn("removed what an interrupted backup or restoring left", {{"path", outcome->string()}});
    } else {
      log.error("what an interrupted backup or restoring left is still there",
                {{"what", outcome.error().message()}});
    }
  }
}

/// Signals reach this thread, and those that it starts, while a Run listens for them; before and after they
/// wait. So a reload, or a supervisor's second SIGTERM, that comes too early or when nobody listens any more
/// does not turn an orderly end into a death by that signal.
void hold_signals(bool hold) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int one : {SIGHUP, SIGTERM, SIGINT}) sigaddset(&signals, one);
  pthread_sigmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &signals, nullptr);
}

/// Signals, threads and the end, around an application.
class Run {
 public:
  Run(StartPlan plan, Log& log, const Clock& clock, Random& random)
      : threads_(thread_count(plan.settings)),
        io_(static_cast<int>(threads_)),
        work_(io_.get_executor()),
        reload_signals_(io_, SIGHUP),
        stop_signals_(io_, SIGTERM, SIGINT),
        log_(log),
        application_(std::move(plan), io_, log, clock, random, [this] { stop_after_failure(); }) {}

  int operator()() {
    await_reload();
    await_stop();
    hold_signals(false);
    application_.start();
    std::vector<std::thread> others;
    for (unsigned i = 1; i < threads_; ++i) others.emplace_back([this] { io_.run(); });
    io_.run();
    for (std::thread& other : others) other.join();
    const bool closed = application_.close();
    log_.info("stopped");
    hold_signals(true);
    return closed && !failed_ ? 0 : 1;
  }

 private:
  void await_reload() {
    reload_signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error || stopping_) return;
      application_.reload();
      await_reload();
    });
  }

  void await_stop() {
    stop_signals_.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      log_.info("stopping", {{"signal", std::int64_t{number}}});
      stop();
    });
  }

  void stop_after_failure() {
    failed_ = true;
    boost::asio::post(io_, [this] { stop(); });
  }

  void stop() {
    if (stopping_.exchange(true)) return;
    application_.drain([this] {
      work_.reset();
      io_.stop();
    });
  }

  unsigned threads_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  // Two sets: of one set's signals that wait, the lowest goes first, and reloads could put off a stop without
  // end.
  boost::asio::signal_set reload_signals_;
  boost::asio::signal_set stop_signals_;
  Log& log_;
  std::atomic<bool> failed_ = false;
  std::atomic<bool> stopping_ = false;
  Application application_;
};

}  // namespace

int serve(const cli::ServeOptions& options, const Clock& clock, Random& random) {
  auto plan = plan_start(options, {&environment, &take_from_environment}, clock, random);
  if (!plan) {
    std::cerr << "cogos serve: " << plan.error().message() << '\n';
    return 2;
  }
  // Before the first thread is started.
  hold_signals(true);
  // A client that goes away is an error code on its connection, not the process's end.
  std::signal(SIGPIPE, SIG_IGN);
  // A write beyond a limit on file sizes is an I/O error of the store's, which ends the process in order.
  std::signal(SIGXFSZ, SIG_IGN);
  // Before the filter, under which a server removes no directory.
  const auto abandoned = remove_abandoned_copies(plan->settings.store.data_dir);
  const std::string seccomp = plan->settings.process.seccomp;
  // Before the log, which has a thread of its own.
  if (const auto confined = confine(seccomp); !confined) {
    std::cerr << "cogos serve: " << confined.error().message() << " (" << confined.error().detail() << ")\n";
    return 2;
  }
  Log log(plan->settings.log.format, plan->settings.log.level, clock);
  for (const std::string& warning : plan->settings.warnings) log.warn("settings", {{"what", warning}});
  say_what_was_made(log, *plan);
  say_what_was_abandoned(log, abandoned);
  if (seccomp != "kill" || !is_confinable())
    log.warn("system calls are not confined", {{"seccomp", seccomp}});
  try {
    Run run(std::move(*plan), log, clock, random);
    return run();
  } catch (const std::exception& error) {
    std::cerr << "cogos serve: " << error.what() << '\n';
    return 2;
  }
}

Result<cli::ConfigReport> check_config(const std::string& config_file, TimePoint now) {
  const auto settings = load_settings(config_file);
  cli::ConfigReport report;
  if (!settings) {
    if (settings.error().code() == ErrorCode::unreadable_input) return settings.error();
    report.problems.push_back(settings.error().message());
    return report;
  }
  report.warnings = settings->warnings;
  report.settings = describe(*settings);
  report.problems = problems_of(*settings, now);
  return report;
}

}  // namespace cogos::app
