// Soak: crawls come in while the host is killed, its services go and come, and its file changes, at
// random. At the end every page that was acknowledged is in both indexes, exactly once.
#include "support/patience.hpp"
#include "support/service_host.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <map>
#include <random>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace sluice::testing {
namespace {

using nlohmann::json;
using Time = std::chrono::steady_clock;

constexpr std::size_t kPagesOfACrawl = 60;

unsigned long from_environment(const char* name, unsigned long otherwise) {
  const char* given = std::getenv(name);
  return given ? std::stoul(given) : otherwise;
}

// pipelines/streaming.yaml with another mode and other chunks.
std::string pipeline_text(const std::string& mode, int max_tokens) {
  std::string text = read_file(std::filesystem::path(SLUICE_PIPELINE_FOLDER) / "streaming.yaml");
  text = std::regex_replace(text, std::regex("\nmode: streaming\n"), "\nmode: " + mode + "\n");
  return std::regex_replace(text, std::regex("max_tokens: 256"),
                            "max_tokens: " + std::to_string(max_tokens));
}

class Soak {
 public:
  explicit Soak(unsigned seed) : random_(seed) {
    files_.write("pipeline.yaml", pipeline_text("streaming", 256));
    service_.host().start();
  }

  void run(Time::time_point until) {
    while (Time::now() < until) {
      end_outages(Time::now());
      const auto dice = random_() % 100;
      if (dice < 88) {
        send_next();
      } else if (dice < 90) {
        kill_host();
      } else if (dice < 95) {
        reload();
      } else {
        begin_outage();
      }
    }
  }

  // Everything is there again; what was refused is sent once more, and every crawl closes.
  void settle() {
    end_outages(Time::time_point::max());
    EXPECT_TRUE(eventually([&] {
      while (!refused_.empty() && send(refused_.front())) refused_.pop_front();
      return refused_.empty();
    }));
    for (unsigned i = 0; i <= crawls_; ++i) {
      ASSERT_TRUE(eventually([&] { return accepted(crawl(i).completed()); })) << i;
    }
    for (unsigned i = 0; i <= crawls_; ++i) {
      const json ledger = service_.host().await_crawl(crawl(i).id());
      ASSERT_EQ(ledger["state"], "done") << ledger;  // one that hangs is enough to know
      EXPECT_EQ(ledger["failed"], 0) << ledger;
      EXPECT_EQ(ledger["indexed"], sent_of(i)) << ledger;
    }
  }

  void expect_every_page_once() {
    std::set<std::string> in_qdrant;
    for (const auto& payload : service_.qdrant.payloads(ServiceHost::kCollection)) {
      in_qdrant.insert(json::parse(payload).at("document_id").get<std::string>());
    }
    EXPECT_EQ(in_qdrant.size(), acknowledged_.size());
    EXPECT_EQ(service_.points(), service_.chunks("words"));
    EXPECT_EQ(service_.host().documents(), acknowledged_.size());
    for (const auto& page : acknowledged_) {
      EXPECT_TRUE(in_qdrant.contains(page.url)) << page.url;
      EXPECT_EQ(service_.host().found(page.word), 1U) << page.url;
    }
  }

  std::string story() const {
    return std::to_string(acknowledged_.size()) + " pages, " + std::to_string(kills_) + " kills, " +
           std::to_string(outages_) + " outages, " + std::to_string(reloads_) + " reloads";
  }

 private:
  struct Sent {
    unsigned crawl = 0;
    TestPage page;
  };

  Crawl crawl(unsigned number) const { return Crawl("soak-" + std::to_string(number)); }
  std::size_t sent_of(unsigned number) const {
    return static_cast<std::size_t>(std::count(crawl_of_.begin(), crawl_of_.end(), number));
  }

  // False for what a sender would try again: refused for now, or nobody there.
  bool accepted(const json& event) {
    try {
      const Answer answer = deliver(service_.http(), event);
      if (answer.status < 300U) return true;
      EXPECT_EQ(answer.status, 503U) << answer;
    } catch (const std::runtime_error&) {
      EXPECT_TRUE(service_.host().process().is_running()) << "the host has ended by itself";
    }
    return false;
  }

  bool send(const Sent& what) {
    if (!accepted(crawl(what.crawl).page(what.page))) return false;
    acknowledged_.push_back(what.page);
    crawl_of_.push_back(what.crawl);
    return true;
  }

  void send_next() {
    if (random_() % kPagesOfACrawl == 0) {
      if (accepted(crawl(crawls_).completed())) ++crawls_;
      return;
    }
    const unsigned late = crawls_ > 0 && random_() % 10 == 0 ? 1 : 0;  // of the one before
    Sent next{crawls_ - late, maker_.make()};
    next.page.markdown += "\n## More\n\n" + maker_.prose(20) + "\n";
    if (!send(next)) refused_.push_back(std::move(next));
  }

  void kill_host() {
    ++kills_;
    service_.host().restart(SIGKILL);
  }

  // May be refused while a service is away and its batches are under way; never for the file.
  void reload() {
    static const std::vector<std::string> kModes = {"streaming", "micro-batch", "batch"};
    const std::vector<int> sizes = {256, 192, 128};
    files_.write("pipeline.yaml",
                 pipeline_text(kModes[random_() % 3], sizes[random_() % sizes.size()]));
    const Answer answer = service_.http().post("/api/pipeline/reload", json::object());
    EXPECT_TRUE(answer.status == 200U || answer.status == 422U) << answer;
    if (answer.status == 200U) ++reloads_;
  }

  void begin_outage() {
    const auto until = Time::now() + milliseconds(100 + random_() % 900);
    const auto which = random_() % 3;
    if (!away_.emplace(which, until).second) return;
    ++outages_;
    if (which == 0) service_.tei.server().stop();
    if (which == 1) service_.qdrant.server().stop();
    if (which == 2) service_.redis.kill();
  }

  void end_outages(Time::time_point now) {
    std::erase_if(away_, [&](const auto& one) {
      if (one.second > now) return false;
      if (one.first == 0) service_.tei.server().start();
      if (one.first == 1) service_.qdrant.server().start();
      if (one.first == 2) service_.redis.start();
      return true;
    });
  }

  std::mt19937 random_;
  PageMaker maker_{"soak", 7};
  TemporaryFolder files_;
  ServiceHost service_{
      {.file = files_.path() / "pipeline.yaml", .redis = {.keeps_data = true, .arguments = {}}}};
  unsigned crawls_ = 0;  // closed so far; the number of the open one
  std::vector<TestPage> acknowledged_;
  std::vector<unsigned> crawl_of_;  // of each acknowledged page
  std::deque<Sent> refused_;
  std::map<unsigned long, Time::time_point> away_;  // which service, until when
  std::size_t kills_ = 0;
  std::size_t outages_ = 0;
  std::size_t reloads_ = 0;
};

// SLUICE_SOAK_SECONDS: how long; SLUICE_SEED: the one that an earlier run printed.
TEST(SoakTest, KeepsEveryAcknowledgedPageExactlyOnce) {
  const auto seed = static_cast<unsigned>(from_environment("SLUICE_SEED", std::random_device{}()));
  const std::chrono::seconds length(from_environment("SLUICE_SOAK_SECONDS", 5));
  std::cout << "SLUICE_SEED=" << seed << std::endl;
  Soak soak(seed);
  soak.run(Time::now() + length);
  soak.settle();
  soak.expect_every_page_once();
  std::cout << soak.story() << '\n';
}

}  // namespace
}  // namespace sluice::testing
