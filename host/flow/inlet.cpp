// How records wait and leave.
#include "flow/inlet.hpp"

#include <algorithm>
#include <utility>

namespace sluice::flow {

Inlet::Line& Inlet::line_of(const data::Record& record) {
  std::string group = policy_.is_by_group ? std::string(record.group()) : std::string();
  const auto it = by_group_.find(group);
  if (it != by_group_.end()) return *it->second;
  lines_.push_back({group, {}, 0, false});
  by_group_.emplace(std::move(group), std::prev(lines_.end()));
  return lines_.back();
}

void Inlet::add_to(Line& line, data::RecordRef record, Steady::time_point since) {
  // A document's own text is in its weight already.
  const uint64_t bytes = data::weight(*record) + (record->parent ? record->text.size() : 0);
  line.bytes += bytes;
  line.records.push_back({std::move(record), bytes, since});
  ++size_;
}

void Inlet::add(data::RecordRef record, Steady::time_point now) {
  Line& line = line_of(*record);
  add_to(line, std::move(record), now);
}

void Inlet::add_urgent(data::RecordRef record, Steady::time_point now) {
  Line& line = line_of(*record);
  line.is_flushing = true;
  add_to(line, std::move(record), now);
}

Steady::time_point Inlet::due(const Line& line) const {
  const bool is_full =
      line.records.size() >= policy_.max_records || line.bytes >= policy_.max_bytes;
  if (line.is_flushing || is_full) return line.records.front().since;
  return line.records.front().since + policy_.max_wait;
}

bool Inlet::is_ready(const Line& line, Steady::time_point now) const { return due(line) <= now; }

Inlet::Taken Inlet::take(Steady::time_point now) {
  const auto line = std::find_if(lines_.begin(), lines_.end(),
                                 [&](const Line& one) { return is_ready(one, now); });
  if (line == lines_.end()) return {};
  Taken taken;
  taken.oldest = line->records.front().since;
  uint64_t bytes = 0;
  while (!line->records.empty() && taken.records.size() < policy_.max_records) {
    Waiting& next = line->records.front();
    if (!taken.records.empty() && bytes + next.bytes > policy_.max_bytes) break;
    bytes += next.bytes;
    taken.records.push_back(std::move(next.record));
    line->records.pop_front();
  }
  size_ -= taken.records.size();
  line->bytes -= bytes;
  if (line->records.empty()) {
    by_group_.erase(line->group);
    lines_.erase(line);
  } else {
    lines_.splice(lines_.end(), lines_, line);
  }
  return taken;
}

std::optional<Steady::time_point> Inlet::next_due() const {
  std::optional<Steady::time_point> next;
  for (const auto& line : lines_) {
    if (!next || due(line) < *next) next = due(line);
  }
  return next;
}

void Inlet::flush(const std::string& group) {
  const auto it = by_group_.find(policy_.is_by_group ? group : std::string());
  if (it != by_group_.end()) it->second->is_flushing = true;
}

void Inlet::flush_all() {
  for (auto& line : lines_) line.is_flushing = true;
}

void Inlet::set_policy(InletPolicy policy) {
  Lines old = std::exchange(lines_, {});
  by_group_.clear();
  size_ = 0;
  policy_ = policy;
  for (auto& line : old) {
    for (auto& waiting : line.records) {
      Line& now_in = line_of(*waiting.record);
      now_in.is_flushing = now_in.is_flushing || line.is_flushing;
      add_to(now_in, std::move(waiting.record), waiting.since);
    }
  }
}

Steady::time_point Inlet::oldest() const {
  Steady::time_point oldest = Steady::time_point::max();
  for (const auto& line : lines_) oldest = std::min(oldest, line.records.front().since);
  return oldest;
}

}  // namespace sluice::flow
