// What all tests of failing services ask: was everything kept, was nothing doubled, and what did
// the host say about it.
#pragma once

#include "support/service_host.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace sluice::testing {

inline constexpr std::size_t kFaultPages = 30;

// As the files say, but for the waits: a test has no half minute for a back-off.
ServiceOptions quick_options();

class ServiceFault : public ::testing::Test {
 protected:
  explicit ServiceFault(const ServiceOptions& options = quick_options()) : service_(options) {}

  // A crawl of as many pages, from its first to its last event.
  void send_pages(const std::string& crawl_id = "crawl");
  // All of it is in both indexes once.
  void expect_all(const std::string& crawl_id = "crawl");
  // /health/ready names the stage, and says all of `words` about it.
  void expect_trouble(const std::string& stage, const std::vector<std::string>& words = {});
  void expect_recovery(const std::string& stage);
  // How often the log complains about the stage.
  std::size_t complaints(const std::string& stage);

  ServiceHost service_;
  std::vector<TestPage> pages_;
};

}  // namespace sluice::testing
