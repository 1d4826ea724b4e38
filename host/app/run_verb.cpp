// sluice run: builds the host around a pipeline file, and takes it down again when told to.
#include "api/access.hpp"
#include "api/api.hpp"
#include "app/certificate_watch.hpp"
#include "app/checked.hpp"
#include "app/data_folder.hpp"
#include "app/descriptors.hpp"
#include "app/findings.hpp"
#include "app/host_meters.hpp"
#include "app/reloader.hpp"
#include "app/running_pipeline.hpp"
#include "app/signals.hpp"
#include "app/stop_watchdog.hpp"
#include "app/verbs.hpp"
#include "app/workbench.hpp"
#include "flow/components.hpp"
#include "net/server.hpp"
#include "observe/crash.hpp"

#include <malloc.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace sluice::app {
namespace {

// Handlers that wait for something, or have much to do: searches, reloads, big webhooks.
constexpr std::size_t kWorkers = 16;

// Beyond the time for draining: what a plugin's stop and its last callbacks may take.
constexpr std::chrono::seconds kStopGrace{15};

int exit_code_of(const Error& error) {
  return error.fault == Fault::kConfig || error.fault == Fault::kInvalid ? kBadConfig : kTryAgain;
}

int say(const Error& error) {
  std::cerr << "sluice: " << error.message << '\n';
  return exit_code_of(error);
}

Workbench::Options workbench_options(const RunOptions& options, const config::Pipeline& pipeline) {
  Workbench::Options made = offline(pipeline);
  made.log.level = observe::level_from(options.log_level).value_or(observe::Level::kInfo);
  made.log.format = options.log_format == Output::kJson ? observe::Log::Format::kJson
                                                        : observe::Log::Format::kText;
  made.plugins.copies = pipeline.data / "plugins";
  made.data = pipeline.data;
  made.workers = kWorkers;
  made.loops = 2;
  return made;
}

net::ServerOptions server_options(const config::Pipeline& pipeline, api::Access& access,
                                  const api::Api& api, Workbench& bench) {
  net::ServerOptions options;
  const auto limit = connections_within(descriptor_limit(), options.max_connections);
  options.max_connections = limit.connections;
  if (!limit.warning.empty()) bench.log.write(observe::Level::kWarn, "http", limit.warning);
  options.listen = pipeline.http.listen.text();
  options.max_body = pipeline.http.max_body;
  options.max_total_body = std::max<std::size_t>(options.max_total_body, 2 * options.max_body);
  options.tls_certificate = pipeline.http.tls.certificate;
  options.tls_key = pipeline.http.tls.key;
  options.hold_off = [&api](const net::RouteOptions* route) { return api.hold_off(route); };
  options.admit = [&access](const net::Request& request, const net::RouteOptions& route) {
    return access.refuse(request, route);
  };
  options.admits_origin = [&access](std::string_view origin) {
    return access.admits_origin(origin);
  };
  options.on_done = request_meter(bench.metrics);
  return options;
}

std::string base_url(const config::Pipeline& pipeline, unsigned short port) {
  const std::string scheme = pipeline.http.tls.certificate.empty() ? "http" : "https";
  config::Listen listen = pipeline.http.listen;
  listen.port = port;
  return scheme + "://" + listen.text();
}

// Written beside and renamed, so that whoever waits for the file never reads half of it.
void announce(const std::filesystem::path& file, const std::string& url) {
  auto whole = file;
  whole += ".new";
  std::ofstream(whole) << url << '\n';
  std::error_code failed;
  std::filesystem::rename(whole, file, failed);
  if (failed)
    std::cerr << "sluice: cannot write " << file.string() << ": " << failed.message() << '\n';
}

// A host from its components to its server. Members in the order of who uses whom.
class RunningHost {
 public:
  RunningHost(Reloader::File file, const std::shared_ptr<const config::Loaded>& loaded,
              Workbench& bench, DataFolder& stores, std::unique_ptr<flow::Components> components)
      : bench_(bench),
        stores_(stores),
        meters_(bench.metrics, {*stores.journal, *stores.dead_letters, *stores.archive}),
        pipeline_(*loaded->pipeline, {bench.registry, bench.shared, bench.doorway}, bench.doorway,
                  std::move(components),
                  {bench.log,
                   bench.metrics,
                   bench.clock,
                   {*stores.commits, *stores.journal, *stores.ledger, *stores.dead_letters,
                    stores.archive.get()}}),
        access_(loaded->pipeline->api, bench.clock),
        reloader_(std::move(file), loaded, {pipeline_, access_, meters_}, bench.log, bench.metrics),
        api_({bench.router, bench.loop, reloader_, pipeline_.graph(), *stores.ledger,
              *stores.dead_letters, *stores.archive, pipeline_.searcher(), bench.metrics,
              bench.clock}),
        server_(bench.loop, server_options(*loaded->pipeline, access_, api_, bench), bench.router,
                bench.workers),
        certificate_(loaded->pipeline->http.tls, server_, bench.log) {}

  // Its URL. The server comes first: a port that is taken is known before anything else is begun,
  // and whoever asks meanwhile hears that the host is starting.
  Result<std::string> start(Signals& signals) {
    pipeline_.graph().on_alarm([&signals](const std::string&) { signals.alarm(); });
    const auto file = reloader_.pipeline();
    meters_.watch_stages(*file);
    // The host's own routes first: a component that wants one of them is the one in the wrong.
    if (auto opened = api_.open(); !opened) return std::move(opened).error();
    const auto port = server_.start();
    if (!port) return port.error();
    std::string url = base_url(*file, *port);
    bench_.log.write(observe::Level::kInfo, "host", "starting", {{"url", url}});
    auto started =
        pipeline_.start(*reloader_.current(), [&signals] { return signals.is_end_due(); });
    if (!started) return std::move(started).error();
    pipeline_.open_doorway();
    api_.set_ready();
    return url;
  }

  void reload() {
    reloader_.reload(api::Reload::kApply);
    certificate_.renew();
  }

  // In the order of the data: sources, what is in flight, the server, the components. How many
  // workers a plugin did not give back.
  std::size_t stop() {
    const auto deadline = Steady::now() + reloader_.pipeline()->timeouts.drain;
    const StopWatchdog watchdog(deadline + kStopGrace, bench_.log);
    api_.set_draining();
    reloader_.close();
    const bool is_finished = pipeline_.drain(deadline);
    server_.stop(std::min(deadline, Steady::now() + std::chrono::seconds(2)));
    const std::size_t lost = pipeline_.stop(deadline);
    stores_.commits->stop();  // what it still has to write reports to the graph, which goes next
    const std::uint64_t open = stores_.journal->open_count();
    bench_.log.write(observe::Level::kInfo, "host",
                     open > 0      ? "stopped; the journal keeps pages for the next start"
                     : is_finished ? "stopped; nothing was left in flight"
                                   : "stopped; not everything in flight came back",
                     {{"pages", open}, {"stuck_workers", lost}});
    return lost;
  }

 private:
  Workbench& bench_;
  DataFolder& stores_;
  HostMeters meters_;
  RunningPipeline pipeline_;
  api::Access access_;
  Reloader reloader_;
  api::Api api_;
  net::Server server_;
  CertificateWatch certificate_;
};

// Takes the host down. The exit code is the one that is given, unless an alarm came meanwhile.
int end(RunningHost& host, Workbench& bench, const Signals& signals, int exit_code) {
  const std::size_t lost = host.stop();
  if (exit_code == kFine && signals.is_alarmed()) exit_code = kTryAgain;
  if (lost > 0) {
    // Those workers are still inside a plugin and use what would be destroyed now. What was
    // accepted is in the journal, so ending here loses nothing.
    bench.log.flush();
    std::_Exit(exit_code);
  }
  return exit_code;
}

// glibc raises both by itself, up to 64 MiB, once something big was freed, and then each of its
// arenas keeps that much: 50,000 pages held took 1.4 times the memory of 1,000.
void give_memory_back() {
  constexpr int kMostKept = 2 << 20;    // at the end of an arena, in bytes
  constexpr int kOwnMapping = 4 << 20;  // what is larger is mapped by itself
  mallopt(M_TRIM_THRESHOLD, kMostKept);
  mallopt(M_MMAP_THRESHOLD, kOwnMapping);
  // Or SQLite takes 20 pages at once for each connection, and keeps them as long as it.
  sqlite3_config(SQLITE_CONFIG_PAGECACHE, nullptr, 0, 0);
}

// The plugins have their say too, so that everything wrong is told at once.
void check_offline(config::Loaded& loaded) {
  Workbench bench(offline(*loaded.pipeline));
  (void)checked(loaded, bench);
}

}  // namespace

int run(const RunOptions& options) {
  give_memory_back();
  raise_descriptor_limit();
  Signals signals;  // before any thread, which inherit what is blocked here
  observe::install_crash_handler();
  const auto loaded = std::make_shared<config::Loaded>(
      config::load_pipeline(options.file, {.overrides = options.overrides}));
  if (!loaded->pipeline || loaded->findings.has_errors()) {
    if (loaded->pipeline) check_offline(*loaded);
    return print_findings(loaded->findings, options.output);
  }
  const config::Pipeline& pipeline = *loaded->pipeline;

  Workbench bench(workbench_options(options, pipeline));
  auto stores = DataFolder::open(
      pipeline, {bench.log, bench.metrics, bench.clock, [&signals] { signals.alarm(); }});
  if (!stores) {
    // What is wrong with the file stays wrong when the folder can be used.
    check_offline(*loaded);
    if (loaded->findings.has_errors()) return print_findings(loaded->findings, options.output);
    return say(stores.error());
  }
  bench.shared.state = stores->state.get();
  auto components = checked(*loaded, bench);
  if (loaded->findings.has_errors()) return print_findings(loaded->findings, options.output);
  for (const auto& finding : loaded->findings.items()) {
    bench.log.write(observe::Level::kWarn, "config", finding.text());
  }
  RunningHost host({options.file, options.overrides}, loaded, bench, *stores,
                   std::move(components));
  const auto url = host.start(signals);
  if (!url && !signals.is_end_due()) return end(host, bench, signals, say(url.error()));
  if (url) {
    bench.log.write(
        observe::Level::kInfo, "host", "listening",
        {{"url", *url}, {"pipeline", pipeline.name}, {"mode", config::text_of(pipeline.mode)}});
    if (!options.ready_file.empty()) announce(options.ready_file, *url);
  }

  signals.wait([&] { host.reload(); });
  bench.log.write(observe::Level::kInfo, "host", "stopping");
  return end(host, bench, signals, kFine);
}

}  // namespace sluice::app
