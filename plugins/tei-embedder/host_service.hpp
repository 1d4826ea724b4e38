// HostService: the service behind the settings, reached through the host's HTTP client.
#pragma once

#include "core/exchange.hpp"

#include <sluice/draft/health.hpp>
#include <sluice/http.hpp>
#include <sluice/plugin.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tei {

// Owned by the component. Any thread after it was made.
class HostService final : public Outside {
 public:
  struct Address {
    std::string url;  // without a slash at the end
    std::string api_key;
  };
  // Declares the metrics: in configure. [control]
  HostService(const sluice::Host& host, Address address);

  Clock::time_point now() const override { return Clock::now(); }
  void send(Call call, std::function<void(Reply)> done) override;
  void log(Weight weight, std::string_view sentence) override;
  void tell(std::string_view trouble) override { health_.trouble(trouble); }
  void count_call() override { calls_.add(); }
  void count_texts(std::size_t texts, std::size_t tokens) override;

 private:
  sluice::Host host_;
  const sluice_http_client* client_;
  const std::string url_;
  std::vector<sluice::HttpHeader> headers_;
  const sluice::Health health_;
  sluice::Metric inputs_;
  sluice::Metric tokens_;
  sluice::Metric calls_;
};

}  // namespace tei
