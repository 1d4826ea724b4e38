#include "fakes/stage/stage_box.hpp"

#include "config/document.hpp"
#include "config/schema.hpp"

#include <sluice/abi/plugin.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>
#include <stdexcept>
#include <utility>

namespace sluice::fakes {
namespace {

constexpr const char* kInstance = "stage";
constexpr std::chrono::seconds kPatience{60};  // with a component that should answer at once

std::filesystem::path scratch_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "stage-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for a stage");
  return name;
}

const sluice_descriptor& linked_descriptor() {
  return *sluice_plugin_entry_v1(SLUICE_ABI_MINOR)->descriptors[0];
}

}  // namespace

StageBox::StageBox(std::string_view yaml, const std::string& authorities)
    : descriptor_(linked_descriptor()),
      yaml_(yaml),
      data_(scratch_folder()),
      log_({.level = observe::Level::kInfo,
            .format = observe::Log::Format::kText,
            .sink =
                [this](std::string_view line) {
                  const std::lock_guard lock(mutex_);
                  lines_.emplace_back(line);
                },
            .clock = nullptr}),
      faults_(metrics_, log_),
      loop_(1),
      client_(loop_, {.authorities = authorities}),
      workers_("worker", 2),
      shared_{log_, metrics_, faults_, loop_, client_, router_, workers_, nullptr, data_} {
  Hosted hosted = host(descriptor_, kInstance);
  instance_ = std::move(hosted.instance);
  component_ = std::move(hosted.component);
}

StageBox::Hosted StageBox::host(const sluice_descriptor& descriptor, const std::string& name) {
  const plugin::Callee callee(descriptor.id, descriptor.version, name);
  Hosted hosted;
  hosted.instance = std::make_unique<services::Instance>(shared_, callee);
  auto made = plugin::Component::create(descriptor, hosted.instance->handle(), callee, faults_);
  if (!made) throw std::runtime_error(made.error().message);
  hosted.component = std::move(*made);
  return hosted;
}

void StageBox::add_peer(const std::string& name, const sluice_descriptor& descriptor) {
  peers_.push_back(host(descriptor, name));
  auto peers = instance_->peers();
  peers[name] = peers_.back().component.get();
  instance_->set_peers(std::move(peers));
}

StageBox::~StageBox() {
  instance_->quiet();
  component_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(data_, ignored);
}

std::optional<std::string> StageBox::configure() {
  config::Findings findings;
  const auto document = config::Document::parse(yaml_, "stage.yaml", findings);
  const auto schema = config::Schema::parse(descriptor_.config_schema);
  if (!schema) throw std::runtime_error(schema.error().message);
  if (document.root() == nullptr) return findings.text();
  const auto settings = schema->validate(*document.root(), "config", findings);
  if (findings.has_errors()) return findings.text();
  const sluice_config config(settings.dump());
  const auto error = component_->configure(&config);
  instance_->close_metrics();
  if (!error) return std::nullopt;
  return error->pointer + ": " + error->message;
}

Result<void> StageBox::start() {
  const plugin::ThreadScope scope(plugin::ThreadTag::kControl);
  return component_->start(Steady::now() + kPatience);
}

void StageBox::drain() {
  const plugin::ThreadScope scope(plugin::ThreadTag::kControl);
  (void)component_->drain(Steady::now() + kPatience);
}

std::string StageBox::probe() const {
  const plugin::ThreadScope scope(plugin::ThreadTag::kWorker);
  const auto reached = component_->probe();
  return reached ? "fine" : reached.error().message;
}

std::vector<RecordVerdict> StageBox::write(std::vector<data::RecordRef> records) const {
  const plugin::ThreadScope scope(plugin::ThreadTag::kWorker);
  data::Batch batch;
  for (auto& record : records) {
    batch.slots.emplace_back();
    batch.slots.back().record = std::move(record);
  }
  std::promise<void> completed;
  batch.on_complete = [&](data::Batch*) { completed.set_value(); };
  const auto& sink = role<sluice_stage>(SLUICE_ROLE_SINK);
  const sluice_status taken =
      component_->call("submit", [&] { return sink.submit(component_->raw(), &batch); });
  if (taken != SLUICE_OK) throw std::runtime_error("the stage did not take the batch");
  if (completed.get_future().wait_for(kPatience) != std::future_status::ready)
    throw std::runtime_error("the stage did not complete the batch");
  std::vector<RecordVerdict> verdicts;
  for (auto& slot : batch.slots)
    verdicts.push_back({slot.verdict, slot.retry_after_ms, std::move(slot.message)});
  return verdicts;
}

Result<data::Hits> StageBox::search(const sluice_search_request& request) const {
  const plugin::ThreadScope scope(plugin::ThreadTag::kWorker);
  data::Hits hits;
  sluice_error err{};
  err.struct_size = sizeof err;
  const auto& table = role<sluice_search>(SLUICE_ROLE_SEARCH);
  const sluice_status status = component_->call(
      "search", [&] { return table.search(component_->raw(), &request, &hits, &err); });
  if (status == SLUICE_OK) return hits;
  const bool is_bad = status == SLUICE_E_REJECT || status == SLUICE_E_INVALID;
  const Fault fault = status == SLUICE_E_TIMEOUT ? Fault::kTimeout
                      : is_bad                   ? Fault::kInvalid
                                                 : Fault::kUnavailable;
  return Error{fault, err.message};
}

sluice_search_stats StageBox::stats() const {
  const plugin::ThreadScope scope(plugin::ThreadTag::kWorker);
  sluice_search_stats counts{};
  counts.struct_size = sizeof counts;
  const auto& table = role<sluice_search>(SLUICE_ROLE_SEARCH);
  component_->call("stats", [&] { return table.stats(component_->raw(), &counts, nullptr); });
  return counts;
}

std::vector<std::string> StageBox::log() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

std::size_t StageBox::lines_with(std::string_view text) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(lines_.begin(), lines_.end(),
                    [&](const std::string& line) { return line.find(text) != std::string::npos; }));
}

}  // namespace sluice::fakes
