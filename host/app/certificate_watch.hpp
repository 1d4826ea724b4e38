// CertificateWatch: has the server take up a certificate that was renewed, without a signal.
#pragma once

#include "config/pipeline.hpp"
#include "net/server.hpp"
#include "observe/log.hpp"

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace sluice::app {

// Owned by the app; what it is given outlives it. Does nothing where there is no TLS.
class CertificateWatch final {
 public:
  CertificateWatch(config::Tls tls, net::Server& server, const observe::Log& log);
  ~CertificateWatch();
  CertificateWatch(const CertificateWatch&) = delete;
  CertificateWatch& operator=(const CertificateWatch&) = delete;

  // Any thread that may block: renews at once, whether the files changed or not.
  void renew();

 private:
  void look(const std::stop_token& stop);
  void renew_as(const std::string& state);
  std::string state() const;

  const config::Tls tls_;
  net::Server& server_;
  const observe::Log& log_;
  std::mutex mutex_;                  // guards seen_
  std::condition_variable_any wait_;  // for the end
  std::string seen_;                  // state of the files that were taken last
  std::jthread thread_;               // last, so that it ends first
};

}  // namespace sluice::app
