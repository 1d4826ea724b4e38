// ScriptedService: the outside of an Engine in a test's hands. Calls wait until the test answers
// them; time moves when the test says so. One thread.
#pragma once

#include "core/exchange.hpp"
#include "core/job.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tei {

class ScriptedService final : public Outside {
 public:
  struct Open {
    Call call;
    std::function<void(Reply)> done;
  };

  Clock::time_point now() const override { return now_; }
  void send(Call call, std::function<void(Reply)> done) override {
    open.push_back({std::move(call), std::move(done)});
  }
  void log(Weight, std::string_view sentence) override { lines.emplace_back(sentence); }
  void tell(std::string_view reason) override { trouble = reason; }
  void count_call() override { ++calls; }
  void count_texts(std::size_t count, std::size_t token_count) override {
    texts += count;
    tokens += token_count;
  }

  void advance(std::chrono::milliseconds time) { now_ += time; }

  // Answers the oldest call.
  void answer(Reply reply) {
    ASSERT_FALSE(open.empty());
    Open first = std::move(open.front());
    open.pop_front();
    first.done(std::move(reply));
  }
  void answer(unsigned status, std::string body = {}) {
    answer(Reply{.status = status, .body = std::move(body)});
  }
  // The path of each open call and how many texts it has: "/embed 32".
  std::vector<std::string> open_calls() const {
    std::vector<std::string> out;
    for (const Open& one : open) out.push_back(one.call.path + " " + std::to_string(texts_in(one)));
    return out;
  }
  // As a server with this model would.
  void answer_info(const std::string& more = {}) {
    ASSERT_EQ(open.front().call.path, "/info");
    answer(200, R"({"model_id":"m","model_type":{"embedding":{}},"version":"1.9.3")" +
                    (more.empty() ? std::string{} : "," + more) + "}");
  }
  // Vectors whose first number is their place in the request.
  void answer_vectors(std::size_t dimension = 2) {
    std::string body = "[";
    for (std::size_t i = 0, n = texts_in(open.front()); i < n; ++i) {
      body += (i == 0 ? "[" : ",[") + std::to_string(i);
      for (std::size_t k = 1; k < dimension; ++k) body += ",0";
      body += "]";
    }
    answer(200, body + "]");
  }

  // Texts of tests have no commas or quotes.
  static std::size_t texts_in(const Open& one) {
    const std::string& body = one.call.body;
    const auto begin = body.find('[');
    if (begin == std::string::npos) return 0;
    const auto end = body.find(']');
    std::size_t quotes = 0;
    for (auto i = begin; i < end; ++i) quotes += body[i] == '"' ? 1U : 0U;
    return quotes / 2;
  }

  std::deque<Open> open;
  std::vector<std::string> lines;
  std::string trouble;
  std::size_t calls = 0;
  std::size_t texts = 0;
  std::size_t tokens = 0;

 private:
  Clock::time_point now_{std::chrono::hours(1)};
};

class TestJob;

// What became of a job's texts. The two know of each other, so that either may go first.
struct Fate {
  Fate() = default;
  ~Fate();
  Fate(const Fate&) = delete;
  Fate& operator=(const Fate&) = delete;

  TestJob* job = nullptr;
  std::map<std::size_t, Verdict> verdicts;
  std::vector<std::vector<float>> vectors;
  bool is_over = false;

  std::string of(std::size_t i) const {
    const auto found = verdicts.find(i);
    if (found == verdicts.end()) return "open";
    switch (found->second.outcome) {
      case Outcome::kDone:
        return "done";
      case Outcome::kRetry:
        return "retry";
      case Outcome::kAgain:
        return "again";
      case Outcome::kReject:
        return "reject";
      case Outcome::kHold:
        return "hold";
      case Outcome::kUnfit:
        return "unfit";
      case Outcome::kStopping:
        break;
    }
    return "stopping";
  }
  std::size_t count(const std::string& what) const {
    std::size_t out = 0;
    for (std::size_t i = 0; i < vectors.size(); ++i) out += of(i) == what ? 1U : 0U;
    return out;
  }
};

class TestJob final : public Job {
 public:
  TestJob(std::vector<std::string> texts, Fate& fate, std::size_t tokens)
      : texts_(std::move(texts)), fate_(&fate), tokens_(tokens), rows_(texts_.size()) {
    fate.job = this;
    fate.vectors.resize(texts_.size());
  }
  ~TestJob() override {
    if (fate_ == nullptr) return;
    fate_->is_over = true;
    fate_->job = nullptr;
    fate_->vectors = std::move(rows_);
  }
  void forget_fate() { fate_ = nullptr; }
  void abandon() { is_abandoned_ = true; }

  std::size_t size() const override { return texts_.size(); }
  std::string_view text(std::size_t i) const override { return texts_[i]; }
  std::size_t tokens(std::size_t) const override { return tokens_; }
  std::span<float> room(std::size_t i, std::size_t dimension) override {
    rows_[i].assign(dimension, -1);
    return rows_[i];
  }
  void judge(std::size_t i, const Verdict& verdict) override {
    if (fate_ == nullptr) return;
    EXPECT_EQ(fate_->of(i), "open") << "a text is judged once";
    fate_->verdicts[i] = verdict;
  }
  bool is_abandoned() const override { return is_abandoned_; }

 private:
  std::vector<std::string> texts_;
  Fate* fate_;
  std::size_t tokens_;
  std::vector<std::vector<float>> rows_;
  bool is_abandoned_ = false;
};

inline Fate::~Fate() {
  if (job != nullptr) job->forget_fate();
}

inline std::unique_ptr<TestJob> make_job(std::size_t texts, Fate& fate, std::size_t tokens = 10) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < texts; ++i) all.push_back("t" + std::to_string(i));
  return std::make_unique<TestJob>(std::move(all), fate, tokens);
}

}  // namespace tei
