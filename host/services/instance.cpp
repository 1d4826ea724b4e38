// Handing out tables, and taking back what a component opened.
#include "services/instance.hpp"

#include "data/hits.hpp"
#include "data/records_table.hpp"
#include "services/tables.hpp"

#include <array>
#include <chrono>
#include <utility>

namespace sluice::services {
namespace {

// How long quiet() waits for callbacks that run into the component; past it, the component hangs.
constexpr std::chrono::seconds kQuietWithin{10};

struct Offer {
  std::string_view id;
  const void* (*table)();
};

template <auto table>
const void* erased() {
  return &table();
}

constexpr std::array kOffers = {
    Offer{SLUICE_IFACE_RECORDS, &erased<&data::records_table>},
    Offer{SLUICE_IFACE_HITS, &erased<&data::hits_table>},
    Offer{SLUICE_IFACE_LOG, &erased<&log_table>},
    Offer{SLUICE_IFACE_METRICS, &erased<&metrics_table>},
    Offer{SLUICE_IFACE_CONFIG, &erased<&config_table>},
    Offer{SLUICE_IFACE_STATE, &erased<&state_table>},
    Offer{SLUICE_IFACE_DATA, &erased<&data_table>},
    Offer{SLUICE_IFACE_TIMER, &erased<&timer_table>},
    Offer{SLUICE_IFACE_HTTP_CLIENT, &erased<&http_client_table>},
    Offer{SLUICE_IFACE_HTTP_SERVER, &erased<&http_server_table>},
    Offer{SLUICE_IFACE_SERVICES, &erased<&services_table>},
    Offer{SLUICE_IFACE_THREADS, &erased<&threads_table>},
    Offer{SLUICE_IFACE_EMIT, &erased<&emit_table>},
    Offer{SLUICE_IFACE_CRAWLS, &erased<&crawls_table>},
    Offer{SLUICE_IFACE_HEALTH, &erased<&health_table>},
};

const void* get_interface(const sluice_host* host, const char* id) {
  for (const auto& offer : kOffers) {
    if (offer.id != id) continue;
    const bool is_for_sources = offer.id == SLUICE_IFACE_EMIT || offer.id == SLUICE_IFACE_CRAWLS;
    if (is_for_sources && !instance_of(host).intake()) return nullptr;
    return offer.table();
  }
  return nullptr;
}

}  // namespace

const std::vector<std::string>& offered_interfaces() {
  static const std::vector<std::string> kIds = [] {
    std::vector<std::string> ids;
    for (const auto& offer : kOffers) ids.emplace_back(offer.id);
    return ids;
  }();
  return kIds;
}

Instance& instance_of(const sluice_host* host) {
  return static_cast<Instance&>(data::account_of(host));
}

Instance::Instance(Shared& shared, plugin::Callee callee)
    : shared_(shared), callee_(std::move(callee)) {
  handle_.struct_size = sizeof handle_;
  handle_.abi_minor = SLUICE_ABI_MINOR;
  handle_.name = "sluice";
  handle_.version = kHostVersion;
  handle_.instance = callee_.instance.c_str();
  handle_.impl = static_cast<data::Account*>(this);
  handle_.get_interface = &get_interface;
  on_breach = [this](std::string_view kind, std::string_view sentence) {
    shared_.faults.report(callee_, kind, sentence);
  };
}

Instance::~Instance() { quiet(); }

void Instance::set_peers(std::map<std::string, const plugin::Component*, std::less<>> peers) {
  peers_ = std::move(peers);
}

net::NewRoute Instance::to_open(const Route& route) {
  return {route.method, route.pattern, route.options, [this, route](net::ExchangePtr x) {
            // The plugin owns the exchange from here on and gives it back in respond.
            auto* handed = reinterpret_cast<sluice_exchange*>(new net::ExchangePtr(std::move(x)));
            const auto tag =
                shared_.loop.on_loop_thread() ? plugin::ThreadTag::kIo : plugin::ThreadTag::kWorker;
            call_back("route handler", tag, [&] { route.handler(route.ctx, handed); });
          }};
}

void Instance::declare(Route route) {
  bool is_open = false;
  {
    const std::scoped_lock lock(mutex_);
    routes_.push_back(route);
    is_open = are_routes_open_;
  }
  if (!is_open) return;
  auto ids = shared_.router.exchange({}, {to_open(route)});
  if (!ids) {
    shared_.log.write(observe::Level::kError, name(), ids.error().message);
    return;
  }
  keep_routes(std::move(*ids));
}

std::vector<net::RouteInfo> Instance::routes() {
  std::vector<net::RouteInfo> infos;
  const std::scoped_lock lock(mutex_);
  for (const auto& route : routes_) infos.push_back({route.method, route.pattern, route.options});
  return infos;
}

Result<void> Instance::open_routes(Instance* predecessor) {
  std::vector<net::NewRoute> fresh;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& route : routes_) fresh.push_back(to_open(route));
  }
  auto old = predecessor ? predecessor->hand_over_routes() : std::vector<net::RouteId>();
  auto ids = shared_.router.exchange(old, std::move(fresh));
  if (!ids) {
    if (predecessor) predecessor->keep_routes(std::move(old));
    (void)hand_over_routes();  // there are none
    return std::move(ids).error();
  }
  keep_routes(std::move(*ids));
  return {};
}

void Instance::keep_routes(std::vector<net::RouteId> ids) {
  const std::scoped_lock lock(mutex_);
  are_routes_open_ = true;
  open_routes_.insert(open_routes_.end(), ids.begin(), ids.end());
}

std::vector<net::RouteId> Instance::hand_over_routes() {
  const std::scoped_lock lock(mutex_);
  are_routes_open_ = false;
  return std::exchange(open_routes_, {});
}

void Instance::close_routes() {
  // With nothing new there is nothing that could be refused.
  (void)shared_.router.exchange(hand_over_routes(), {});
}

bool Instance::quiet() {
  close_routes();
  std::map<uint64_t, net::TimerId> timers;
  std::map<uint64_t, net::RequestId> requests;
  {
    const std::scoped_lock lock(mutex_);
    is_closing_ = true;
    timers = timers_;
    requests = requests_;
  }
  // Those without an id yet are cancelled by whoever is about to begin them.
  for (const auto& [number, id] : timers) shared_.loop.cancel_timer(id);
  for (const auto& [number, id] : requests) shared_.client.cancel(id);
  std::unique_lock lock(mutex_);
  if (idle_.wait_for(lock, kQuietWithin, [&] { return under_way_ == 0; })) return true;
  lock.unlock();
  shared_.faults.report(callee_, "stuck",
                        "callbacks of it are still running long after they were to end");
  return false;
}

void Instance::began() {
  const std::scoped_lock lock(mutex_);
  ++under_way_;
}

void Instance::ended() {
  const std::scoped_lock lock(mutex_);
  --under_way_;
  idle_.notify_all();  // under the lock: quiet may destroy this once it is released
}

uint64_t Instance::next_timer() {
  const std::scoped_lock lock(mutex_);
  if (is_closing_) return 0;
  timers_.emplace(++last_number_, 0);
  return last_number_;
}

void Instance::keep_timer(uint64_t number, net::TimerId id) {
  {
    const std::scoped_lock lock(mutex_);
    const auto it = timers_.find(number);
    if (it != timers_.end()) it->second = id;
    if (it != timers_.end() && !is_closing_) return;
  }
  // Or it has fired, or its own call has cancelled it.
  shared_.loop.cancel_timer(id);
}

net::TimerId Instance::drop_timer(uint64_t number) {
  const std::scoped_lock lock(mutex_);
  const auto node = timers_.extract(number);
  return node ? node.mapped() : 0;
}

uint64_t Instance::next_request() {
  const std::scoped_lock lock(mutex_);
  requests_.emplace(++last_number_, 0);
  return last_number_;
}

void Instance::keep_request(uint64_t number, net::RequestId id) {
  {
    const std::scoped_lock lock(mutex_);
    const auto it = requests_.find(number);
    if (it == requests_.end()) return;  // it has ended
    it->second = id;
    if (!is_closing_) return;
  }
  shared_.client.cancel(id);
}

net::RequestId Instance::drop_request(uint64_t number) {
  const std::scoped_lock lock(mutex_);
  const auto node = requests_.extract(number);
  return node ? node.mapped() : 0;
}

}  // namespace sluice::services
