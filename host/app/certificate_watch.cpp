// Looking at two files now and then.
#include "app/certificate_watch.hpp"

#include "base/worker_pool.hpp"

#include <sys/stat.h>

#include <chrono>
#include <utility>

namespace sluice::app {
namespace {

constexpr std::chrono::seconds kLookEvery{2};

// What changes when a file is written or another is put in its place. Empty: it is not there.
std::string state_of(const std::string& path) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0) return {};
  return std::to_string(file.st_ino) + ' ' + std::to_string(file.st_size) + ' ' +
         std::to_string(file.st_mtim.tv_sec) + '.' + std::to_string(file.st_mtim.tv_nsec);
}

}  // namespace

CertificateWatch::CertificateWatch(config::Tls tls, net::Server& server, const observe::Log& log)
    : tls_(std::move(tls)), server_(server), log_(log) {
  if (tls_.certificate.empty()) return;
  seen_ = state();
  thread_ = std::jthread([this](const std::stop_token& stop) { look(stop); });
}

CertificateWatch::~CertificateWatch() = default;

std::string CertificateWatch::state() const {
  return state_of(tls_.certificate) + '|' + state_of(tls_.key);
}

void CertificateWatch::look(const std::stop_token& stop) {
  name_thread("certificate");
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    wait_.wait_for(lock, stop, kLookEvery, [] { return false; });
    const std::string now = state();
    if (!stop.stop_requested() && now != seen_) renew_as(now);
  }
}

void CertificateWatch::renew() {
  if (tls_.certificate.empty()) return;
  const std::scoped_lock lock(mutex_);
  renew_as(state());
}

// A pair that does not fit together, as between the writing of the one and of the other, is told
// once; the next change is looked at again.
void CertificateWatch::renew_as(const std::string& state) {
  seen_ = state;
  if (const auto renewed = server_.renew_tls(); renewed.ok()) {
    log_.write(observe::Level::kInfo, "http", "the TLS certificate was read again");
  } else {
    log_.write(observe::Level::kError, "http",
               renewed.error().message + " The old certificate stays in use.");
  }
}

}  // namespace sluice::app
