// FakeChangeDetection: changedetection.io's API of watches, without the watching.
#pragma once

#include "fakes/server/server.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sluice::fakes {

// One page that it was asked to watch.
struct Watch {
  std::string url = {};
  std::string title = {};
  std::string tag = {};
  int seconds = 0;                    // between two looks
  std::string notification_url = {};  // "post://host:port/path?+Header=value"
  std::string notification_body = {};
};

// A notification as it goes out.
struct Notification {
  std::string path;
  std::vector<Header> headers;
  std::string body;
};

// Serves from construction to destruction. Every member: any thread.
class FakeChangeDetection {
 public:
  // Without a key it takes every request.
  explicit FakeChangeDetection(std::string api_key = {});

  // Failures of the transport, stop and start, counters.
  HttpServer& server() { return server_; }
  std::string url() const { return server_.url(); }

  // As somebody has done by hand.
  void add(Watch watch);
  std::vector<Watch> watches() const;
  // What goes out when the page has changed; nothing when it is not watched.
  std::optional<Notification> change(const std::string& url) const;

 private:
  Answer answer(const Request& request);
  Answer list() const;
  Answer make(const Request& request);

  const std::string api_key_;
  mutable std::mutex mutex_;              // guards watches_
  std::map<std::string, Watch> watches_;  // by id
  HttpServer server_;                     // last: its threads use all of the above
};

}  // namespace sluice::fakes
