// Job: texts that came together, and who wants to know what became of them.
#pragma once

#include "core/exchange.hpp"
#include "core/limits.hpp"
#include "core/verdict.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace tei {

// Owned by the engine, and destroyed when every text is judged. Texts that are not judged by then
// were lost because there was no memory for what had to be done with them; they may come again.
// Calls for different texts may come from several threads at once.
class Job {
 public:
  virtual ~Job() = default;
  virtual std::size_t size() const = 0;
  virtual std::string_view text(std::size_t i) const = 0;  // not blank; valid while the job lives
  virtual std::size_t tokens(std::size_t i) const = 0;     // 0: not known
  // Where the vector of text i goes. May be called again for another attempt.
  virtual std::span<float> room(std::size_t i, std::size_t dimension) = 0;
  virtual void judge(std::size_t i, const Verdict& verdict) = 0;
  virtual bool is_abandoned() const { return false; }
};

enum class Purpose { kPassage, kQuery };

struct Order {
  std::unique_ptr<Job> job = {};
  Purpose purpose = Purpose::kPassage;
  Clock::time_point deadline = Clock::time_point::max();  // what is open then is judged kRetry
  Order* next_lost = nullptr;                             // see Engine::let_go
};

// One text of an order. The order lives as long as one of its items does: they have no other owner.
struct Item {
  std::shared_ptr<Order> order;
  std::size_t index = 0;
  Cost cost;

  std::string_view text() const { return order->job->text(index); }
  bool has_expired(Clock::time_point now) const {
    return order->deadline <= now || order->job->is_abandoned();
  }
};

// The texts of one request.
struct Piece {
  std::vector<Item> items = {};
  Purpose purpose = Purpose::kPassage;
  Clock::time_point not_before = Clock::time_point::min();

  Cost cost() const {
    Cost sum;
    for (const Item& item : items) sum.add(item.cost);
    return sum;
  }
};

// In parts of at most `texts`, of about the same size.
std::vector<Piece> split(Piece piece, std::size_t texts);

}  // namespace tei
