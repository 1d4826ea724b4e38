// Component: the lifecycle in its order whatever fails, roles only as the descriptor lists them,
// and structs of older and newer plugins.
#include "plugin/component.hpp"

#include "watched.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <future>
#include <stdexcept>
#include <thread>

namespace sluice::plugin {
namespace {

// A plugin inside the test: writes down what is called, and answers as it is told.
struct Fake {
  std::vector<std::string> calls;
  sluice_status configure = SLUICE_OK;
  sluice_status start = SLUICE_OK;
  sluice_status drain = SLUICE_OK;
  sluice_status probe = SLUICE_OK;
  std::string path;
  std::string message;
  const void* role = nullptr;
  ThreadTag tag_in_start = ThreadTag::kForeign;
  bool throws_in_stop = false;

  sluice_status answer(const char* call, sluice_status status, sluice_error* err) {
    calls.emplace_back(call);
    err->code = status;
    std::memcpy(err->path, path.c_str(), path.size() + 1);
    std::memcpy(err->message, message.c_str(), message.size() + 1);
    return status;
  }
};

Fake& fake(const sluice_component* c) { return *static_cast<Fake*>(c->self); }

sluice_component component_of(Fake& self) {
  sluice_component c{};
  c.struct_size = sizeof c;
  c.self = &self;
  c.configure = [](sluice_component* x, const sluice_config*, sluice_error* e) {
    return fake(x).answer("configure", fake(x).configure, e);
  };
  c.start = [](sluice_component* x, sluice_error* e) {
    fake(x).tag_in_start = current_thread_tag();
    return fake(x).answer("start", fake(x).start, e);
  };
  c.drain = [](sluice_component* x, sluice_error* e) {
    return fake(x).answer("drain", fake(x).drain, e);
  };
  c.stop = [](sluice_component* x) {
    fake(x).calls.emplace_back("stop");
    if (fake(x).throws_in_stop) throw std::runtime_error("in stop");
  };
  c.destroy = [](sluice_component* x) { fake(x).calls.emplace_back("destroy"); };
  c.get_role = [](const sluice_component* x, const char*) { return fake(x).role; };
  c.probe = [](sluice_component* x, sluice_error* e) {
    return fake(x).answer("probe", fake(x).probe, e);
  };
  return c;
}

const char* const kRoles[] = {SLUICE_ROLE_SINK, SLUICE_ROLE_SEARCH, nullptr};

// What create hands out next, by way of the host pointer that it is given.
struct Factory {
  sluice_host host{};
  sluice_component* next = nullptr;
  sluice_status status = SLUICE_OK;
};

sluice_status create(const sluice_descriptor*, const sluice_host* host, sluice_component** out,
                     sluice_error* err) {
  const auto* factory = static_cast<const Factory*>(host->impl);
  *out = factory->next;
  std::strcpy(err->message, factory->status == SLUICE_OK ? "" : "no license file.\n");
  return factory->status;
}

const sluice_descriptor kDescriptor = {
    sizeof(sluice_descriptor), 0, "t.sink", "1.0", "", "", "", "", "{}", kRoles, nullptr, &create};

struct ComponentTest : testing::Test {
  Watched watched;
  Fake self;
  sluice_component raw = component_of(self);
  Factory factory;

  Result<std::unique_ptr<Component>> make(sluice_component* c) {
    factory.next = c;
    factory.host.impl = &factory;
    return Component::create(kDescriptor, &factory.host, Callee("t.sink", "1.0", "words"),
                             watched.faults);
  }
  std::unique_ptr<Component> make() { return std::move(make(&raw)).value(); }
  using Calls = std::vector<std::string>;
  static Steady::time_point soon() { return Steady::now() + std::chrono::minutes(1); }
};

TEST_F(ComponentTest, GoesThroughItsLifeInOrder) {
  {
    const auto c = make();
    EXPECT_EQ(c->configure(nullptr), std::nullopt);
    EXPECT_TRUE(c->start(soon()));
    EXPECT_EQ(c->state(), Component::State::kStarted);
    EXPECT_TRUE(c->drain(soon()));
    c->stop();
    c->stop();
    EXPECT_EQ(c->state(), Component::State::kStopped);
  }
  EXPECT_EQ(self.calls, (Calls{"configure", "start", "drain", "stop", "destroy"}));
  EXPECT_EQ(self.tag_in_start, ThreadTag::kControl);
  EXPECT_EQ(current_thread_tag(), ThreadTag::kForeign);
  EXPECT_TRUE(watched.lines.empty());
}

TEST_F(ComponentTest, ClosesOnceEverybodyHasComeOut) {
  const auto c = make();
  std::promise<void> inside;
  std::promise<void> leave;
  std::atomic<bool> has_left{false};
  std::thread worker([&] {
    c->call("submit", [&] {
      inside.set_value();
      leave.get_future().wait();
      has_left = true;
      return SLUICE_OK;
    });
  });
  inside.get_future().wait();
  EXPECT_EQ(c->close(Steady::now()), 1U);

  const auto late = c->call("search", []() -> sluice_status {
    ADD_FAILURE() << "nobody is let in";
    return SLUICE_OK;
  });
  EXPECT_EQ(late, SLUICE_E_STOPPING);
  leave.set_value();
  EXPECT_EQ(c->close(soon()), 0U);
  EXPECT_TRUE(has_left);
  worker.join();
}

TEST_F(ComponentTest, GoesThroughItsLifeWhileClosed) {
  {
    const auto c = make();
    EXPECT_EQ(c->configure(nullptr), std::nullopt);
    EXPECT_TRUE(c->start(soon()));
    EXPECT_EQ(c->close(soon()), 0U);
    c->stop();
  }
  EXPECT_EQ(self.calls, (Calls{"configure", "start", "stop", "destroy"}));
}

TEST_F(ComponentTest, StopIsOwedOnlyOnceItWasConfigured) {
  make().reset();
  EXPECT_EQ(self.calls, Calls{"destroy"});
  self.calls.clear();
  self.configure = SLUICE_E_CONFIG;
  EXPECT_TRUE(make()->configure(nullptr));
  EXPECT_EQ(self.calls, (Calls{"configure", "destroy"}));
  self.calls.clear();
  self.configure = SLUICE_OK;
  EXPECT_FALSE(make()->configure(nullptr));
  EXPECT_EQ(self.calls, (Calls{"configure", "stop", "destroy"}));
}

TEST_F(ComponentTest, AConfigErrorPointsToTheValue) {
  self.configure = SLUICE_E_CONFIG;
  self.path = "/max_tokens";
  self.message = "max_tokens must be more than overlap_tokens.";
  const auto error = make()->configure(nullptr);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->pointer, "/max_tokens");
  EXPECT_EQ(error->message, "max_tokens must be more than overlap_tokens");
}

TEST_F(ComponentTest, AFailedStartIsStopped) {
  self.start = SLUICE_E_RETRY;
  self.message = "nobody listens at localhost:8081";
  {
    const auto c = make();
    ASSERT_FALSE(c->configure(nullptr));
    const auto started = c->start(soon());
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().fault, Fault::kUnavailable);
    EXPECT_EQ(started.error().message, "nobody listens at localhost:8081");
  }
  EXPECT_EQ(self.calls, (Calls{"configure", "start", "stop", "destroy"}));
}

TEST_F(ComponentTest, SaysSomethingForAPluginThatDoesNot) {
  self.start = SLUICE_E_CONFIG;
  const auto c = make();
  ASSERT_FALSE(c->configure(nullptr));
  const auto started = c->start(soon());
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().fault, Fault::kConfig);
  EXPECT_EQ(
      started.error().message,
      "the plugin reports a configuration that cannot be used (status -5) and does not say more");
}

TEST_F(ComponentTest, PastItsDeadlineIsAFault) {
  const auto c = make();
  ASSERT_FALSE(c->configure(nullptr));
  EXPECT_TRUE(c->start(Steady::now() - std::chrono::seconds(1)));
  EXPECT_EQ(watched.lines,
            Calls{"CONTRACT [words] start took longer than its timeout plugin=t.sink version=1.0"
                  " kind=slow"});
}

TEST_F(ComponentTest, AThrowInStopDoesNotKeepItFromBeingDestroyed) {
  self.throws_in_stop = true;
  {
    const auto c = make();
    ASSERT_FALSE(c->configure(nullptr));
  }
  EXPECT_EQ(self.calls, (Calls{"configure", "stop", "destroy"}));
  EXPECT_EQ(watched.count("t.sink", "throw"), 1);
}

TEST_F(ComponentTest, CreateMayFail) {
  factory.status = SLUICE_E_FATAL;
  const auto c = make(nullptr);
  ASSERT_FALSE(c);
  EXPECT_EQ(c.error().message, "words: t.sink could not be created: no license file");
}

TEST_F(ComponentTest, CreateMustMakeAWholeComponent) {
  const auto nothing = make(nullptr);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().message,
            "words: t.sink could not be created: it made a component without any function, which"
            " is a bug of the plugin");
  raw.drain = nullptr;
  const auto part = make(&raw);
  ASSERT_FALSE(part);
  EXPECT_EQ(
      part.error().message,
      "words: t.sink could not be created: it made a component without drain, which is a bug of"
      " the plugin");
  EXPECT_EQ(self.calls, Calls{"destroy"});
}

TEST_F(ComponentTest, ReadsAnOlderAndANewerComponent) {
  sluice_component older = raw;
  older.struct_size = offsetof(sluice_component, probe);  // before probe was there
  const auto old = make(&older);
  ASSERT_TRUE(old) << old.error().message;
  EXPECT_TRUE((*old)->probe());
  EXPECT_TRUE(self.calls.empty());
  struct Newer {
    sluice_component c;
    void* more[8];
  } newer{raw, {}};
  newer.c.struct_size = sizeof newer;
  const auto fresh = make(&newer.c);
  ASSERT_TRUE(fresh) << fresh.error().message;
  EXPECT_TRUE((*fresh)->probe());
  EXPECT_EQ(self.calls, Calls{"probe"});
}

TEST_F(ComponentTest, AProbeSaysWhyNot) {
  self.probe = SLUICE_E_RETRY;
  self.message = "TEI answers 503";
  const auto c = make();
  const auto probed = c->probe();
  ASSERT_FALSE(probed);
  EXPECT_EQ(probed.error().fault, Fault::kUnavailable);
  EXPECT_EQ(probed.error().message, "TEI answers 503");
  self.probe = SLUICE_E_UNSUPPORTED;
  EXPECT_TRUE(c->probe());
  self.probe = SLUICE_OK;
  self.message = "TEI 1.9.3, 384 dimensions";
  EXPECT_EQ(c->probe().value(), "TEI 1.9.3, 384 dimensions");
}

TEST_F(ComponentTest, GivesOutARoleThatIsListedAndOffered) {
  sluice_stage stage{};
  stage.struct_size = offsetof(sluice_stage, flush);  // an older table, without flush
  stage.submit = [](sluice_component*, sluice_batch*) { return sluice_status{SLUICE_OK}; };
  self.role = &stage;
  const auto c = make();
  const auto role = c->role<sluice_stage>(SLUICE_ROLE_SINK);
  ASSERT_TRUE(role) << role.error().message;
  EXPECT_EQ(*role, &stage);
}

TEST_F(ComponentTest, ARoleThatIsNotListedIsAnErrorOfTheFile) {
  const auto c = make();
  EXPECT_FALSE(c->lists_role(SLUICE_ROLE_EMBED));
  const auto role = c->role<sluice_embed>(SLUICE_ROLE_EMBED);
  ASSERT_FALSE(role);
  EXPECT_EQ(role.error().message,
            "words: t.sink is no sluice.embed/1; choose a plugin that lists this role");
  EXPECT_TRUE(watched.lines.empty());
}

TEST_F(ComponentTest, ARoleThatIsListedAndNotOfferedIsAFaultOfThePlugin) {
  const auto c = make();
  const auto none = c->role<sluice_stage>(SLUICE_ROLE_SINK);
  ASSERT_FALSE(none);
  EXPECT_EQ(
      none.error().message,
      "words: t.sink: get_role gave nothing for sluice.sink/1, which its descriptor lists; that"
      " is a bug of the plugin");
  sluice_search search{};
  search.struct_size = sizeof search;
  self.role = &search;
  const auto empty = c->role<sluice_search>(SLUICE_ROLE_SEARCH);
  ASSERT_FALSE(empty);
  EXPECT_EQ(
      empty.error().message,
      "words: t.sink: the table of sluice.search/1 has no search; that is a bug of the plugin");
  EXPECT_EQ(watched.count("t.sink", "nonsense"), 2);
  EXPECT_EQ(watched.lines.size(), 1U);
}

TEST_F(ComponentTest, AThrowInCreateOfARealPluginIsAFault) {
  const ScratchFolder folder;
  const auto image = load(folder.take("throws_in_create"), {std::nullopt, folder.path() / "run"},
                          offer(), watched.faults);
  ASSERT_TRUE(image) << image.error().message;
  const auto* descriptor = (*image)->descriptors()[0];
  const auto c = Component::create(
      *descriptor, &factory.host, Callee(descriptor->id, descriptor->version, "x"), watched.faults);
  ASSERT_FALSE(c);
  EXPECT_EQ(c.error().message,
            "x: test.throws-in-create could not be created: the plugin reports a bug of its own"
            " (status -10) and does not say more");
  EXPECT_EQ(watched.lines,
            Calls{"CONTRACT [x] create threw an exception across the plugin boundary: no luck today"
                  " plugin=test.throws-in-create version=1.0.0 kind=throw"});
}

}  // namespace
}  // namespace sluice::plugin
