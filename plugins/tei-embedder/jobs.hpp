// The two kinds of jobs: a batch of the pipeline, and texts that somebody waits for.
#pragma once

#include "core/job.hpp"
#include "core/verdict.hpp"

#include <sluice/plugin.hpp>

#include <cstdint>
#include <future>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tei {

sluice::Status status_of(const Verdict& verdict);

// The records of a batch that have a text. Gives the batch back when it is destroyed; that needs no
// memory, nor do sentences of a few letters.
class BatchJob final : public Job {
 public:
  struct Entry {
    std::uint32_t record;
    std::size_t tokens;  // 0: not known
  };
  BatchJob(sluice::Batch batch, std::vector<Entry> entries, std::string vector)
      : batch_(std::move(batch)), entries_(std::move(entries)), vector_(std::move(vector)) {}
  ~BatchJob() override { batch_.complete(sluice::Status::retry("out of memory")); }
  BatchJob(const BatchJob&) = delete;
  BatchJob& operator=(const BatchJob&) = delete;

  std::size_t size() const override { return entries_.size(); }
  std::string_view text(std::size_t i) const override { return batch_[entries_[i].record].text(); }
  std::size_t tokens(std::size_t i) const override { return entries_[i].tokens; }
  std::span<float> room(std::size_t i, std::size_t dimension) override {
    return batch_[entries_[i].record].new_vector(vector_, dimension);
  }
  void judge(std::size_t i, const Verdict& verdict) override {
    batch_.settle(entries_[i].record, status_of(verdict));
  }
  bool is_abandoned() const override { return batch_.abandoned(); }

 private:
  sluice::Batch batch_;
  const std::vector<Entry> entries_;
  const std::string vector_;
};

// Texts copied from whoever waits on `outcome()`, so that he may stop waiting.
class AskedJob final : public Job {
 public:
  struct Answer {
    sluice::Status status;
    std::vector<float> rows;  // one after the other
  };
  AskedJob(std::vector<std::string> texts, std::size_t dimension);
  ~AskedJob() override;
  std::future<Answer> outcome() { return promise_.get_future(); }  // once

  std::size_t size() const override { return texts_.size(); }
  std::string_view text(std::size_t i) const override { return texts_[i]; }
  std::size_t tokens(std::size_t) const override { return 0; }
  std::span<float> room(std::size_t i, std::size_t dimension) override;
  void judge(std::size_t i, const Verdict& verdict) override;

 private:
  const std::vector<std::string> texts_;
  const std::size_t dimension_;
  std::vector<float> rows_;  // each row is written by whoever has its text
  std::promise<Answer> promise_;
  std::mutex mutex_;                // guards what follows
  std::optional<Verdict> failure_;  // the first
  std::vector<bool> is_done_;
};

}  // namespace tei
