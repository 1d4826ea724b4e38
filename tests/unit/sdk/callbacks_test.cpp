// What a plugin throws where the host has called it back stays in the plugin, and is not lost.
#include <sluice/plugin.hpp>
#include <sluice/testing.hpp>

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

namespace sluice::sdk_tests {
namespace {

using namespace std::chrono_literals;
using sluice::testing::Stage;

// Its timer and its posted work throw, and so does what looks at metadata and state.
class Thrower final : public sluice::Component, public sluice::Transform {
 public:
  sluice::Status start() override {
    timer_ = sluice::Timer(host(), 1s, 1s, [] { throw std::runtime_error("the timer's reason"); });
    sluice::post(host(), [] { throw std::runtime_error("the work's reason"); });
    return sluice::State(host()).put("key", "value");
  }
  void stop() override { timer_.cancel(); }
  sluice::Status process(sluice::Batch& batch) override {
    if (batch[0].text() == "state")
      return sluice::State(host()).each(
          "", [](std::string_view, std::string_view) { throw std::runtime_error("no such key"); });
    batch[0].each_meta(
        [](std::string_view, const sluice_value&) -> void { throw std::bad_alloc{}; });
    return {};
  }

 private:
  sluice::Timer timer_;
};
constexpr sluice_descriptor kThrower = sluice::component<Thrower>(
    {.id = "test.thrower", .version = "1", .summary = "Throws wherever it is called back"});

TEST(Callbacks, ATimerThatThrowsIsLoggedAndGoesOn) {
  Stage stage("{}", kThrower);
  ASSERT_EQ(stage.start(), "");
  stage.host().advance(2s);
  EXPECT_EQ(stage.host().lines_with("the timer's reason"), 2U);
  EXPECT_EQ(stage.finish(), "");
}

TEST(Callbacks, PostedWorkThatThrowsIsLogged) {
  Stage stage("{}", kThrower);
  ASSERT_EQ(stage.start(), "");
  stage.host().settle();
  EXPECT_EQ(stage.host().lines_with("the work's reason"), 1U);
  EXPECT_EQ(stage.finish(), "");
}

TEST(Callbacks, WhatIsThrownOverMetadataOrStateIsTheVerdict) {
  Stage stage("{}", kThrower);
  ASSERT_EQ(stage.start(), "");
  const auto metadata = stage.run({{.id = "a", .text = "metadata", .meta = {{"title", "A"}}}});
  EXPECT_EQ(metadata[0].verdict, SLUICE_E_RETRY);
  EXPECT_EQ(metadata[0].why, "out of memory");
  const auto state = stage.run({{.id = "a", .text = "state"}});
  EXPECT_EQ(state[0].verdict, SLUICE_E_INTERNAL);
  EXPECT_EQ(state[0].why, "no such key");
  EXPECT_EQ(stage.finish(), "");
}

TEST(Callbacks, NothingIsThrownThroughTheHost) {
  const auto fails = [](int) { throw std::bad_alloc{}; };
  sluice::detail::Visitor visit(fails);
  static_assert(noexcept(visit(1)));
  EXPECT_LT(visit(1), 0) << "the walk ends there";
  EXPECT_THROW(visit.rethrow(), std::bad_alloc);
}

}  // namespace
}  // namespace sluice::sdk_tests
