#include "app/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <map>

#include "app/process_figures.hpp"
#include "base/build_info.hpp"

namespace cogos::app {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr double kNanosecond = 1e-9;

/// The families in the making. Of Prometheus's library only its data and its text format are used: its
/// histogram takes a lock at each observation, and the figures here come from counters that need none.
class Page {
 public:
  MetricFamily& family(std::string name, std::string help, MetricType type) {
    families_.push_back({std::move(name), std::move(help), type, {}});
    return families_.back();
  }
  void gauge(std::string name, std::string help, double value, Labels labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    family(std::move(name), std::move(help), MetricType::Gauge).metric.push_back(std::move(metric));
  }
  void counter(std::string name, std::string help, double value) {
    add_counter(family(std::move(name), std::move(help), MetricType::Counter), {}, value);
  }
  static void add_counter(MetricFamily& family, Labels labels, double value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.counter.value = value;
    family.metric.push_back(std::move(metric));
  }
  /// `unit` is what one of the reading's values is in the family's unit.
  static void add_histogram(MetricFamily& family, Labels labels, const Histogram::Reading& reading,
                            double unit) {
    ClientMetric metric;
    metric.label = std::move(labels);
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < reading.counts.size(); ++i) {
      below += reading.counts[i];
      const bool last = i == reading.bounds.size();
      const double bound =
          last ? std::numeric_limits<double>::infinity() : static_cast<double>(reading.bounds[i]) * unit;
      metric.histogram.bucket.push_back({below, bound});
    }
    metric.histogram.sample_count = below;
    metric.histogram.sample_sum = static_cast<double>(reading.sum) * unit;
    family.metric.push_back(std::move(metric));
  }
  [[nodiscard]] std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  std::vector<MetricFamily> families_;
};

Labels route_labels(const http::Route* route) {
  return {{"method", route ? route->method : "-"}, {"route", route ? route->pattern : "-"}};
}

void add_requests(const RequestFigures& figures, Page& page) {
  MetricFamily requests{
      "cogos_requests_total", "Answers by route pattern and status.", MetricType::Counter, {}};
  MetricFamily stages{"cogos_stage_duration_seconds",
                      "Time of an answer by stage: whole, gates, handler, record, seals.",
                      MetricType::Histogram,
                      {}};
  figures.each_route([&](const http::Route* route, const RequestFigures::PerRoute& of_route) {
    bool any = false;
    for (std::size_t i = 0; i < of_route.by_status.size(); ++i) {
      const auto count = of_route.by_status[i].load(std::memory_order_relaxed);
      if (count == 0) continue;
      any = true;
      Labels labels = route_labels(route);
      labels.push_back({"status", std::to_string(i + 100)});
      Page::add_counter(requests, std::move(labels), static_cast<double>(count));
    }
    if (!any) return;
    for (std::size_t i = 0; i < of_route.stages.size(); ++i) {
      Labels labels = route_labels(route);
      labels.push_back({"stage", std::string(RequestFigures::kStages.at(i))});
      Page::add_histogram(stages, std::move(labels), of_route.stages[i].read(), kNanosecond);
    }
  });
  page.family(requests.name, requests.help, requests.type).metric = std::move(requests.metric);
  page.family(stages.name, stages.help, stages.type).metric = std::move(stages.metric);

  auto& refusals = page.family("cogos_refusals_total", "Requests refused by a limit or a guard, by kind.",
                               MetricType::Counter);
  for (std::size_t kind = 0; kind < RequestFigures::kRefusals.size(); ++kind) {
    Page::add_counter(refusals, {{"kind", std::string(RequestFigures::kRefusals.at(kind))}},
                      static_cast<double>(figures.refusals(kind)));
  }
  std::map<std::string_view, std::uint64_t> by_type;
  for (std::size_t code = 0; code < RequestFigures::kErrorCodes; ++code) {
    const std::uint64_t count = figures.errors(code);
    if (count > 0) by_type[error_info(static_cast<ErrorCode>(code)).type] += count;
  }
  auto& errors =
      page.family("cogos_errors_total", "Answers that report an error, by its type.", MetricType::Counter);
  for (const auto& [type, count] : by_type) {
    Page::add_counter(errors, {{"type", std::string(type)}}, static_cast<double>(count));
  }
}

void add_defence(const DefenceFigures& figures, Page& page) {
  auto& events = page.family("cogos_defence_events_total", "What the defence did.", MetricType::Counter);
  for (std::size_t event = 0; event < DefenceFigures::kEvents.size(); ++event) {
    Page::add_counter(events, {{"event", std::string(DefenceFigures::kEvents.at(event))}},
                      static_cast<double>(figures.events(event)));
  }
}

void add_store(const store::StoreStatus& status, Page& page) {
  page.gauge("cogos_audit_writable", "1 where audit rows can be written.", status.writable ? 1 : 0);
  page.gauge("cogos_audit_queue_depth", "Changes that wait for the disk.",
             static_cast<double>(status.queued_writes));
  page.counter("cogos_audit_rows_total", "Audit rows made durable.",
               static_cast<double>(status.rows_written));
  auto& size =
      page.family("cogos_audit_commit_changes", "Changes in one transaction.", MetricType::Histogram);
  Page::add_histogram(size, {}, status.commit_changes, 1);
  auto& time = page.family("cogos_audit_commit_duration_seconds",
                           "Time of one transaction, fdatasync included.", MetricType::Histogram);
  Page::add_histogram(time, {}, status.commit_ns, kNanosecond);
}

void add_engine(const engine::EngineFigures& figures, const std::string& name, Page& page) {
  using Figures = engine::EngineFigures;
  auto& calls = page.family("cogos_inference_calls_total", "Calls to the engine by what came of them.",
                            MetricType::Counter);
  for (std::size_t i = 0; i < Figures::kOutcomes.size(); ++i) {
    Labels labels{{"engine", name}, {"outcome", std::string(Figures::kOutcomes.at(i))}};
    Page::add_counter(calls, std::move(labels),
                      static_cast<double>(figures.calls(static_cast<Figures::Outcome>(i))));
  }
  auto& time =
      page.family("cogos_inference_duration_seconds", "Time of a call to the engine.", MetricType::Histogram);
  Page::add_histogram(time, {{"engine", name}}, figures.latency(), kNanosecond);
}

void add_process(Page& page) {
  const ProcessFigures process = read_process_figures();
  page.gauge("process_resident_memory_bytes", "Resident memory.",
             static_cast<double>(process.resident_bytes));
  page.gauge("process_open_fds", "Open file descriptors.", static_cast<double>(process.open_files));
  page.counter("process_cpu_seconds_total", "User and system time.", process.cpu_seconds);
}

}  // namespace

std::string Metrics::text() const {
  Page page;
  page.gauge("cogos_build_info", "The running build.", 1, {{"rev", std::string(build_rev())}});
  add_requests(sources_.requests, page);
  add_defence(sources_.defence, page);
  add_store(sources_.store(), page);
  add_engine(sources_.engine, sources_.engine_name, page);
  page.gauge("cogos_open_connections", "Connections open on all listeners.",
             static_cast<double>(sources_.connections()));
  page.gauge("cogos_pending_requests", "Requests with credentials that are being answered.",
             static_cast<double>(sources_.pending_requests()));
  add_process(page);
  return page.text();
}

}  // namespace cogos::app
