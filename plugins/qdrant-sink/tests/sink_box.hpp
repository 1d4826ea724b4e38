// SinkBox: the qdrant-sink component on the host's services, against a fake Qdrant.
#pragma once

#include "fakes/qdrant/fake_qdrant.hpp"
#include "fakes/stage/stage_box.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace qdrant_sink {

using sluice::data::RecordRef;
using sluice::fakes::FakeQdrant;
using sluice::fakes::StageBox;

// The config block of a stage that writes to `docs`, and more lines of it.
std::string yaml(const FakeQdrant& qdrant, const std::string& more = {});
// Configured and started; fails the test otherwise.
std::unique_ptr<StageBox> started(const FakeQdrant& qdrant, const std::string& more = {});

// A document with a vector and no chunks, as a sink gets one that was not cut.
RecordRef page(const std::string& id, const std::vector<float>& vector,
               const std::string& text = "text");
// The chunk of a page.
RecordRef chunk(RecordRef& page, uint32_t ordinal, const std::vector<float>& vector);
RecordRef deletion(const std::string& id);
// The document now has `chunks`.
RecordRef trim(const std::string& id, uint32_t chunks);

template <class... Records>
std::vector<RecordRef> batch(Records&&... records) {
  std::vector<RecordRef> all;
  (all.push_back(std::forward<Records>(records)), ...);
  return all;
}
std::string sentence(const std::vector<sluice::fakes::RecordVerdict>& verdicts, std::size_t i = 0);
// Fails the test unless all were written.
void write(const StageBox& box, std::vector<RecordRef> records);

}  // namespace qdrant_sink
