// Firecrawl's API through the host's pooled client.
#pragma once

#include "api.hpp"

#include <sluice/http.hpp>
#include <sluice/relay.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace firecrawl {

// Owned by the component; set once, in configure.
class HostApi final : public Api {
 public:
  struct Settings {
    std::string url{};  // without a slash at the end
    std::string key{};
    std::chrono::milliseconds timeout{0};
    std::string key_header = "Authorization";
    std::string key_prefix = "Bearer ";  // in front of the key
  };

  void attach(const sluice::Host& host, Settings settings);
  bool is_set() const { return !settings_.url.empty(); }

  void ask(ApiRequest request, Answered answered) override;

  // A request to the API with the key on it, for whoever needs more than `ask`.
  sluice::HttpRequest make_request(ApiRequest request) const;
  void send(const sluice::HttpRequest& request, std::function<void(sluice::HttpResponse)> done);
  // Answers `exchange` with what the API says, as it comes.
  void relay(sluice::HttpExchange exchange, const sluice::HttpRequest& request,
             sluice::HttpRelay how);
  // Sends and waits. [worker]
  sluice::HttpResponse fetch(const sluice::HttpRequest& request) const {
    return client_->fetch(request);
  }

  // Ends what is under way, and everything that is sent from now on, with SLUICE_E_STOPPING.
  void stop();

 private:
  // Where the id of a request is kept while it is under way.
  struct Slot {
    std::uint64_t id = 0;
    bool is_over = false;
  };

  std::shared_ptr<Slot> open_slot();  // none once it is stopping
  void close_slot(const std::shared_ptr<Slot>& slot);
  void keep_id(Slot& slot, std::uint64_t id);

  std::optional<sluice::Host> host_;
  std::optional<sluice::HttpClient> client_;
  Settings settings_;
  std::mutex mutex_;                       // guards what follows
  std::set<std::shared_ptr<Slot>> slots_;  // shared with the callbacks
  bool is_stopping_ = false;
};

}  // namespace firecrawl
