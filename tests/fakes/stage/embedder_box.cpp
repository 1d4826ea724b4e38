#include "fakes/stage/embedder_box.hpp"

#include "data/batch.hpp"
#include "services/config.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::fakes {

namespace {

constexpr std::chrono::seconds kPatience{60};  // no wait of these tests is longer

nlohmann::json with_defaults(nlohmann::json settings) {
  nlohmann::json all = {{"truncate", true}, {"normalize", true}, {"vector", "dense"}};
  all.update(settings);
  return all;
}

// A batch with what it takes to hear of its end.
struct Submitted {
  sluice_batch batch;
  std::promise<Returned> promise;
};

Returned returned(const sluice_batch& batch) {
  Returned out;
  for (const auto& slot : batch.slots) {
    auto& made = out.slots.emplace_back();
    made.verdict = slot.verdict;
    made.why = slot.message;
    made.retry_after_ms = slot.retry_after_ms;
    for (const auto& vector : slot.record->vectors) {
      made.vector.assign(vector.values.get(), vector.values.get() + vector.size);
    }
  }
  return out;
}

data::RecordRef record_of(const Text& text, std::size_t i) {
  data::RecordRef record =
      data::make_document("doc#" + std::to_string(i), data::make_buffer(text.text));
  record->op = text.op;
  if (text.token_count > 0) {
    record->own_meta.set("token_count", {.kind = SLUICE_I64, .i64 = text.token_count, .text = {}});
  }
  return record;
}

}  // namespace

std::size_t Returned::count(sluice_status verdict) const {
  return static_cast<std::size_t>(std::count_if(
      slots.begin(), slots.end(), [&](const Slot& slot) { return slot.verdict == verdict; }));
}

EmbedderBox::EmbedderBox(nlohmann::json settings, const std::string& authorities)
    : settings_(with_defaults(std::move(settings))),
      log_({.level = observe::Level::kInfo,
            .sink =
                [this](std::string_view line) {
                  const std::scoped_lock lock(mutex_);
                  lines_.emplace_back(line);
                }}),
      faults_(metrics_, log_),
      loop_(1),
      client_(loop_, {.authorities = authorities}),
      workers_("worker", 2),
      shared_{log_, metrics_, faults_, loop_, client_, router_, workers_, nullptr, {}},
      callee_("sluice.tei-embedder", "0.1.0", "embed"),
      instance_(std::make_unique<services::Instance>(shared_, callee_)) {
  const sluice_descriptor& descriptor = *sluice_plugin_entry_v1(SLUICE_ABI_MINOR)->descriptors[0];
  auto made = plugin::Component::create(descriptor, instance_->handle(), callee_, faults_);
  EXPECT_TRUE(made) << made.error().message;
  component_ = std::move(*made);
  stage_ = *component_->role<sluice_stage>(SLUICE_ROLE_TRANSFORM);
  embed_ = *component_->role<sluice_embed>(SLUICE_ROLE_EMBED);
}

EmbedderBox::~EmbedderBox() { stop(); }

std::optional<plugin::ConfigError> EmbedderBox::configure() {
  const sluice_config config(settings_.dump());
  auto error = component_->configure(&config);
  instance_->close_metrics();
  return error;
}

Result<void> EmbedderBox::start() { return component_->start(Steady::now() + kPatience); }

void EmbedderBox::configure_and_start() {
  const auto error = configure();
  ASSERT_FALSE(error) << error->message;
  const auto started = start();
  ASSERT_TRUE(started) << started.error().message;
}

void EmbedderBox::stop() {
  instance_->quiet();
  component_->stop();
}

Result<std::string> EmbedderBox::probe() { return component_->probe(); }

std::future<Returned> EmbedderBox::submit(const std::vector<Text>& texts,
                                          std::chrono::milliseconds timeout) {
  auto* submitted = new Submitted;  // gives itself up when the batch comes back
  for (std::size_t i = 0; i < texts.size(); ++i) {
    submitted->batch.slots.push_back(
        {.record = record_of(texts[i], i), .children = {}, .message = {}});
  }
  submitted->batch.deadline_ns = static_cast<std::uint64_t>(
      std::chrono::nanoseconds((Steady::now() + timeout).time_since_epoch()).count());
  submitted->batch.on_complete = [submitted](sluice_batch* batch) {
    const std::unique_ptr<Submitted> last(submitted);
    last->promise.set_value(returned(*batch));
  };
  auto future = submitted->promise.get_future();
  EXPECT_EQ(stage_->submit(component_->raw(), &submitted->batch), SLUICE_OK);
  return future;
}

Returned EmbedderBox::send(const std::vector<Text>& texts, std::chrono::milliseconds timeout) {
  auto future = submit(texts, timeout);
  if (future.wait_for(kPatience) != std::future_status::ready) {
    ADD_FAILURE() << "the batch did not come back";
    return {};
  }
  return future.get();
}

Returned EmbedderBox::send(std::size_t count, const std::string& prefix) {
  std::vector<Text> texts;
  for (std::size_t i = 0; i < count; ++i) texts.push_back({prefix + std::to_string(i)});
  return send(texts);
}

std::uint32_t EmbedderBox::dimension() const { return embed_->dimension(component_->raw()); }

EmbedderBox::Embedded EmbedderBox::embed(const std::vector<std::string>& texts,
                                         std::uint32_t purpose) {
  std::vector<sluice_str> views;
  for (const std::string& text : texts) views.push_back({text.data(), text.size()});
  Embedded out;
  out.rows.resize(texts.size() * dimension());
  sluice_error error = plugin::fresh_error();
  out.status =
      embed_->embed(component_->raw(), views.data(), static_cast<std::uint32_t>(views.size()),
                    purpose, out.rows.data(), &error);
  out.why = error.message;
  return out;
}

std::vector<std::string> EmbedderBox::log_lines() {
  const std::scoped_lock lock(mutex_);
  return lines_;
}

}  // namespace sluice::fakes
