// An Engine on a ScriptedService.
#pragma once

#include "core/engine.hpp"
#include "scripted_service.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace tei {

using namespace std::chrono_literals;
using Calls = std::vector<std::string>;

// Only /embed, so that a test sees one form.
inline Settings native() { return {.normalize = Normalize::kNo}; }

class EngineFixture : public testing::Test {
 protected:
  // As a host does before it destroys a component: no call is under way any more.
  ~EngineFixture() override { service.open.clear(); }
  // Through the handshake, with a model of two dimensions.
  void connect(const std::string& info = {}) {
    engine.connect();
    service.answer_info(info);
    service.answer_vectors();
    ASSERT_FALSE(engine.wait_connected(0ms));
    service.lines.clear();
  }
  void submit(std::size_t texts, Fate& fate, Clock::duration time = 30s) {
    engine.submit({.job = make_job(texts, fate), .deadline = service.now() + time});
  }

  ScriptedService service;
  Engine engine{service, native()};
};

}  // namespace tei
