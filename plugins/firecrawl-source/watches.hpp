// Watches: sees to it that changedetection.io watches the pages that the pipeline has taken, and
// that it reports their changes to this host.
#pragma once

#include "api.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace firecrawl {

// Owned by the component; what it stands on outlives it. Calls come on any thread; nothing here
// waits. What is wanted is in memory alone: after a restart a page is wanted when it comes again.
class Watches {
 public:
  struct Settings {
    std::string notify = {};              // where a change is reported: http:// or https://
    std::string secret = {};              // signs the reports; empty: they are not signed
    std::chrono::seconds interval{3600};  // between two looks at a page
    std::string tag = "sluice";
    std::size_t most = 1000;  // watches, those of others among them
    bool allows_private = false;
  };
  using Post = std::function<void(std::function<void()>)>;  // runs the work on a worker
  using Now = std::function<std::chrono::steady_clock::time_point()>;
  using Say = std::function<void(const std::string&)>;  // a sentence for the operator
  struct Ports {
    Api& api;  // of changedetection.io
    Post post;
    Now now;
    Say warn;
    Say inform;
  };

  static constexpr std::size_t kAtOnce = 4;

  Watches(Settings settings, Ports ports);

  // The page at this canonical address is to be watched. Known ones cost one look into a table.
  void want(const std::string& url, std::string_view title);
  // Asks for what is due; about once a second.
  void tick();

 private:
  enum class State { kWanted, kWatched };
  struct Page {
    std::string url;
    std::string title;
  };

  void list();
  void listed(const ApiReply& reply);
  void make(const Page& page);
  void made(const Page& page, const ApiReply& reply);
  void answered();
  void pause(const std::string& why);
  bool knows_all_it_may(std::string& sentence);
  std::string body_of(const Page& page) const;

  const Settings settings_;
  const Ports ports_;

  std::mutex mutex_;                              // guards what follows
  std::unordered_map<std::string, State> pages_;  // by canonical address; at most `most`
  std::deque<Page> wanted_;                       // each is in pages_ as well
  bool is_listed_ = false;                        // what there was before is in pages_
  bool has_said_full_ = false;
  bool has_said_refused_ = false;
  std::size_t busy_ = 0;   // requests under way
  unsigned failures_ = 0;  // in a row
  std::chrono::steady_clock::time_point due_{};
};

// The report of a change, the same bytes each time, so that one signature fits all of them.
// Whatever changedetection.io's templates and formats could take for their own is escaped.
std::string change_report(std::string_view url);
// "http://host/path" as the address of a notification that posts its text there, signed.
std::string notification_url(std::string_view notify, std::string_view signature);

}  // namespace firecrawl
