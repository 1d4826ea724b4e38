#include "core/engine.hpp"

#include "core/answer_rows.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

namespace tei {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Limits kUnlimited{.texts = std::numeric_limits<std::size_t>::max(),
                            .tokens = std::numeric_limits<std::size_t>::max(),
                            .bytes = Limits{}.bytes};
constexpr seconds kLongestCall{60};           // without a deadline; a CPU may take tens of seconds
constexpr milliseconds kHandshakePause{500};  // after a handshake that failed
constexpr seconds kPersonPause{10};           // the same, where only a person can mend it
constexpr milliseconds kFirstPause{100};      // after an overload without Retry-After; then doubled
constexpr milliseconds kLongestPause{5'000};
constexpr milliseconds kQueryPause{50};      // somebody waits for it
constexpr seconds kOverloadLinePause{60};    // between log lines about overloads
constexpr std::size_t kLeastBytes = 16'384;  // a text of a request can hardly be that large

Limits lower(const Limits& a, const Limits& b) {
  return {std::min(a.texts, b.texts), std::min(a.tokens, b.tokens), std::min(a.bytes, b.bytes)};
}

}  // namespace

Engine::Engine(Outside& outside, Settings settings)
    : outside_(outside),
      settings_(std::move(settings)),
      learned_(kUnlimited),
      random_(std::random_device{}()) {}

// Every change of state goes through here: under the lock first, and what follows from it outside.
template <class Change>
void Engine::turn(Change&& change) noexcept {
  Todo todo;
  Order* lost = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    turning_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    try {
      change(todo);
      pump(todo);
    } catch (const std::bad_alloc&) {
      // What was in the middle of a move is in lost_; the rest is where it was.
    }
    turning_.store({}, std::memory_order_relaxed);
    lost = std::exchange(lost_, nullptr);
  }
  while (lost != nullptr) {
    const std::unique_ptr<Order> order(lost);
    lost = order->next_lost;
  }
  carry_out(std::move(todo));
}

// The last item of an order is gone. A job that ends calls out, so never under the lock.
void Engine::let_go(Order* order) noexcept {
  if (turning_.load(std::memory_order_relaxed) != std::this_thread::get_id()) {
    delete order;
    return;
  }
  order->next_lost = lost_;
  lost_ = order;
}

void Engine::carry_out(Todo todo) {
  for (const Line& line : todo.lines) outside_.log(line.weight, line.sentence);
  if (todo.trouble) outside_.tell(*todo.trouble);
  for (const Judged& judged : todo.judged) {
    try {
      judged.item.order->job->judge(judged.item.index, judged.verdict);
    } catch (const std::bad_alloc&) {
      // Not judged: the job says so when it ends.
    }
  }
  todo.judged.clear();  // the last item of an order takes it along
  if (todo.has_handshake) shake();
  for (Sending& sending : todo.sends) send(std::move(sending));
}

void Engine::submit(Order order) {
  const std::shared_ptr<Order> shared(new Order(std::move(order)),
                                      [this](Order* done) { let_go(done); });
  const std::size_t prompt = shared->purpose == Purpose::kQuery ? settings_.query_prompt.size()
                                                                : settings_.passage_prompt.size();
  turn([&](Todo&) {
    std::vector<Item> query;
    for (std::size_t i = 0; i < shared->job->size(); ++i) {
      const std::string_view text = shared->job->text(i);
      const std::size_t counted = shared->job->tokens(i);
      Item item{shared,
                i,
                {.texts = 1,
                 .tokens = (counted > 0 ? counted : most_tokens(text)) + prompt / 2,
                 .bytes = text.size() + prompt}};
      if (shared->purpose == Purpose::kPassage) {
        line_.add(std::move(item));
      } else {
        query.push_back(std::move(item));
      }
    }
    if (!query.empty()) {
      queries_.push_back({.items = std::move(query), .purpose = Purpose::kQuery});
    }
  });
}

void Engine::connect() {
  turn([&](Todo& todo) {
    if (state_ != State::kUnsure || is_stopping_) return;
    state_ = State::kShaking;
    todo.has_handshake = true;
  });
}

std::optional<Verdict> Engine::wait_connected(milliseconds patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [this] { return state_ != State::kShaking; });
  if (state_ == State::kReady) return std::nullopt;
  if (state_ == State::kShaking) return Verdict{Outcome::kAgain, "TEI has not answered yet."};
  return failure_ ? failure_ : Verdict{Outcome::kAgain, "TEI has not been asked yet."};
}

void Engine::tick() {
  turn([&](Todo& todo) {
    const bool is_wanted = failure_ && state_ == State::kUnsure && !is_stopping_;
    if (is_wanted && outside_.now() >= next_handshake_) {
      state_ = State::kShaking;
      todo.has_handshake = true;
    }
  });
}

void Engine::stop() {
  turn([&](Todo&) { is_stopping_ = true; });
}

std::size_t Engine::dimension() const {
  const std::scoped_lock lock(mutex_);
  return link_ ? link_->dimension : 0;
}

std::optional<Link> Engine::link() const {
  const std::scoped_lock lock(mutex_);
  return link_;
}

void Engine::pump(Todo& todo) {
  if (is_stopping_) {
    judge_waiting({Outcome::kStopping, "the stage is stopping"}, todo);
    return;
  }
  const auto now = outside_.now();
  expire(now, todo);
  if (state_ == State::kUnsure && is_work_waiting()) want_handshake(now, todo);
  if (state_ != State::kReady) return;
  send_queries(now, todo);
  if (now < paused_until_) return;
  for (;;) {
    Limits limits = limits_;
    limits.texts = std::min(limits.texts, window_.size());
    const std::size_t next = line_.next_size(limits);
    if (next == 0 || !window_.has_room(next)) return;
    start(line_.take(limits), now, todo);
  }
}

// Soon after a handshake that failed there is nothing new to tell: all goes back until the next.
void Engine::want_handshake(Clock::time_point now, Todo& todo) {
  if (now < next_handshake_) return judge_waiting(not_before_handshake(now), todo);
  state_ = State::kShaking;
  todo.has_handshake = true;
}

Verdict Engine::not_before_handshake(Clock::time_point now) const {
  Verdict out = *failure_;
  out.retry_after = std::chrono::ceil<milliseconds>(next_handshake_ - now);
  return out;
}

// What can no longer be done in time goes back now, with the time at which it may work.
void Engine::expire(Clock::time_point now, Todo& todo) {
  judge_all(line_.take_expired(now),
            {Outcome::kAgain, "TEI had no room for the text within the batch's time."}, todo);
  if (paused_until_ > now) {
    judge_all(line_.take_expired(paused_until_),
              {Outcome::kAgain, "TEI is overloaded and asked to wait.",
               std::chrono::ceil<milliseconds>(paused_until_ - now)},
              todo);
  }
  for (auto query = queries_.begin(); query != queries_.end();) {
    if (!query->items.front().has_expired(now)) {
      ++query;
      continue;
    }
    std::vector<Item> items = std::move(query->items);
    query = queries_.erase(query);
    judge_all(std::move(items), {Outcome::kAgain, "TEI did not answer in time."}, todo);
  }
}

void Engine::send_queries(Clock::time_point now, Todo& todo) {
  for (std::size_t i = 0; i < queries_.size();) {
    if (queries_[i].not_before > now) {
      ++i;
      continue;
    }
    Piece query = std::move(queries_[i]);
    queries_.erase(queries_.begin() + static_cast<std::ptrdiff_t>(i));
    for (Piece& part : split(std::move(query), limits_.texts)) start(std::move(part), now, todo);
  }
}

void Engine::start(Piece piece, Clock::time_point now, Todo& todo) {
  auto deadline = now + kLongestCall;
  for (const Item& item : piece.items) deadline = std::min(deadline, item.order->deadline);
  const bool is_named = piece.purpose == Purpose::kQuery && !settings_.query_prompt_name.empty();
  Sending& sending = todo.sends.emplace_back();
  sending = {.piece = std::move(piece),
             .wire = is_named ? Wire::kNative : link_->wire,
             .dimension = link_->dimension,
             .timeout = std::chrono::ceil<milliseconds>(deadline - now)};
  sending.ticket = window_.sent(sending.piece.items.size());
}

void Engine::send(Sending sending) {
  const Window::Ticket ticket = sending.ticket;
  try {
    call(std::move(sending));
  } catch (const std::bad_alloc&) {
    turn([&](Todo&) { window_.lost(ticket); });  // it was not sent
  }
}

void Engine::call(Sending sending) {
  const bool is_query = sending.piece.purpose == Purpose::kQuery;
  const BodyForm form{
      .wire = sending.wire,
      .truncate = settings_.truncate,
      .normalize = settings_.normalize,
      .prompt = is_query ? settings_.query_prompt : settings_.passage_prompt,
      .prompt_name = is_query ? std::string_view(settings_.query_prompt_name) : std::string_view{}};
  std::vector<std::string_view> texts;
  texts.reserve(sending.piece.items.size());
  for (const Item& item : sending.piece.items) texts.push_back(item.text());
  Call call{.path = std::string(path_of(sending.wire)),
            .body = write_body(form, texts),
            .timeout = sending.timeout};
  if (!is_query) outside_.count_call();
  // std::function wants to copy what it holds.
  auto shared = std::make_shared<Sending>(std::move(sending));
  outside_.send(std::move(call),
                [this, shared](Reply reply) { answered(std::move(*shared), std::move(reply)); });
}

void Engine::shake() {
  Past past;
  try {
    const std::scoped_lock lock(mutex_);
    past = {.link = link_, .is_doubted = trouble_ == Source::kCall};
  } catch (const std::bad_alloc&) {
    return take_handshake({.failure = out_of_memory()});
  }
  shake_hands(outside_, settings_, std::move(past),
              [this](Handshake handshake) { take_handshake(std::move(handshake)); });
}

void Engine::answered(Sending sent, Reply reply) {
  const Window::Ticket ticket = sent.ticket;
  try {
    const Refusal refusal = understand(reply, path_of(sent.wire));
    if (refusal.meaning == Meaning::kVectors)
      return take_vectors(std::move(sent), std::move(reply));
    turn([&](Todo& todo) { refused(std::move(sent), refusal, todo); });
  } catch (const std::bad_alloc&) {
    turn([&](Todo&) { window_.lost(ticket); });  // there was no memory for the answer
  }
}

// Decodes without the lock, straight into the records.
void Engine::take_vectors(Sending sent, Reply reply) {
  auto& items = sent.piece.items;
  const AnswerRows rows = read_rows(
      reply.body, {.rows = items.size(), .dimension = sent.dimension}, [&](std::size_t row) {
        return items[row].order->job->room(items[row].index, sent.dimension);
      });
  std::size_t tokens = 0;
  for (const Item& item : items) tokens += item.cost.tokens;
  const std::size_t good = rows.distrust.empty() ? items.size() - rows.flawed.size() : 0;
  if (good > 0 && sent.piece.purpose == Purpose::kPassage) outside_.count_texts(good, tokens);
  turn([&](Todo& todo) {
    window_.answered(sent.ticket);
    overloads_ = 0;
    if (!rows.distrust.empty()) {
      suspect(Source::kCall, rows.distrust, todo);
      return judge_all(std::move(items), {Outcome::kRetry, rows.distrust}, todo);
    }
    auto flawed = rows.flawed.begin();
    for (std::size_t i = 0; i < items.size(); ++i) {
      Verdict verdict;
      if (flawed != rows.flawed.end() && flawed->row == i) {
        const bool is_length = (flawed++)->flaw == Flaw::kDimension;
        verdict = {Outcome::kReject,
                   is_length ? "The vector from TEI has another length than the " +
                                   std::to_string(sent.dimension) + " dimensions of its model."
                             : "The vector from TEI has numbers that are not finite."};
        if (is_length) suspect(Source::kCall, verdict.why, todo);
      }
      todo.judged.push_back({std::move(items[i]), std::move(verdict)});
    }
    if (rows.flawed.empty()) recovered(todo);
  });
}

void Engine::refused(Sending sent, const Refusal& refusal, Todo& todo) {
  switch (refusal.meaning) {
    case Meaning::kTooLarge:
      return too_large(std::move(sent), refusal, todo);
    case Meaning::kBadText:
      window_.answered(sent.ticket);
      return halve(std::move(sent.piece), refusal.why, todo);
    case Meaning::kOverloaded:
      return overloaded(std::move(sent), refusal, todo);
    case Meaning::kStopping:
      is_stopping_ = true;
      window_.lost(sent.ticket);
      return judge_all(std::move(sent.piece.items), {Outcome::kStopping, refusal.why}, todo);
    case Meaning::kWrongPlace:
      if (sent.wire == Wire::kOpenAi && link_) {
        // The endpoint has gone; the next handshake takes the other one.
        window_.lost(sent.ticket);
        link_->info.reset();
        suspect(Source::kCall, refusal.why, todo);
        return judge_all(std::move(sent.piece.items), {Outcome::kRetry, refusal.why}, todo);
      }
      [[fallthrough]];
    case Meaning::kCredentials:
      window_.lost(sent.ticket);
      suspect(Source::kCall, refusal.why, todo);
      return judge_all(std::move(sent.piece.items), {Outcome::kHold, refusal.why}, todo);
    default:
      window_.lost(sent.ticket);
      suspect(Source::kCall, refusal.why, todo);
      return judge_all(std::move(sent.piece.items),
                       {Outcome::kRetry, refusal.why, refusal.retry_after}, todo);
  }
}

void Engine::too_large(Sending sent, const Refusal& refusal, Todo& todo) {
  window_.answered(sent.ticket);
  const Cost cost = sent.piece.cost();
  if (refusal.most_texts) {
    learned_.texts = std::min(learned_.texts, *refusal.most_texts);
    state_ = State::kUnsure;  // its limits have changed: it was started anew
  } else if (cost.texts > 1) {
    learned_.bytes = std::min(learned_.bytes, std::max(cost.bytes / 2, kLeastBytes));
  }
  apply_limits();
  halve(std::move(sent.piece), refusal.why, todo);
}

void Engine::overloaded(Sending sent, const Refusal& refusal, Todo& todo) {
  const bool is_news = window_.overloaded(sent.ticket);
  const auto now = outside_.now();
  if (sent.piece.purpose == Purpose::kQuery) {
    sent.piece.not_before = now + std::max(kQueryPause, refusal.retry_after);
    return put_back(std::move(sent.piece));
  }
  auto pause = refusal.retry_after;
  if (pause.count() == 0 && is_news) pause = back_off();
  paused_until_ = std::max(paused_until_, now + pause);
  if (now >= next_overload_line_) {
    next_overload_line_ = now + kOverloadLinePause;
    todo.lines.push_back({Weight::kWarning, "TEI is overloaded; at most " +
                                                std::to_string(window_.size()) +
                                                " texts at once from now on"});
  }
  for (Piece& part : split(std::move(sent.piece), window_.size())) put_back(std::move(part));
}

// One of the texts is at fault, or all of them together: halves find out. Alone it is the one.
void Engine::halve(Piece piece, const std::string& why, Todo& todo) {
  if (piece.items.size() == 1) {
    return judge_all(std::move(piece.items), {Outcome::kReject, why}, todo);
  }
  const std::size_t half = (piece.items.size() + 1) / 2;
  for (Piece& part : split(std::move(piece), half)) put_back(std::move(part));
}

void Engine::put_back(Piece piece) {
  if (piece.purpose == Purpose::kQuery) {
    queries_.push_back(std::move(piece));
  } else {
    line_.put_first(std::move(piece));
  }
}

void Engine::judge_all(std::vector<Item> items, const Verdict& verdict, Todo& todo) {
  for (Item& item : items) todo.judged.push_back({std::move(item), verdict});
}

void Engine::judge_waiting(const Verdict& verdict, Todo& todo) {
  judge_all(line_.take_all(), verdict, todo);
  for (Piece& query : std::exchange(queries_, {})) {
    judge_all(std::move(query.items), verdict, todo);
  }
}

void Engine::take_handshake(Handshake handshake) {
  turn([&](Todo& todo) {
    state_ = State::kUnsure;
    failure_ = std::move(handshake.failure);
    if (handshake.link && link_ && handshake.link->dimension != link_->dimension) {
      failure_ = {Outcome::kHold,
                  "The model at url now makes vectors of " +
                      std::to_string(handshake.link->dimension) + " dimensions instead of " +
                      std::to_string(link_->dimension) +
                      "; put the old one back, or restart with an index made for the new one."};
      handshake.link.reset();
    }
    if (handshake.link) {
      accept(std::move(*handshake.link), todo);
    } else if (failure_->outcome == Outcome::kStopping) {
      is_stopping_ = true;
    } else {
      const auto now = outside_.now();
      const bool comes_back = failure_->outcome == Outcome::kAgain;
      next_handshake_ = now + (comes_back ? kHandshakePause : kPersonPause);
      suspect(Source::kHandshake, failure_->why, todo);
      judge_waiting(not_before_handshake(now), todo);
    }
    changed_.notify_all();
  });
}

void Engine::accept(Link link, Todo& todo) {
  const bool is_first = !link_;
  const bool is_other =
      link_ && link_->info && link.info && !link_->info->is_same_model(*link.info);
  const bool has_other_limits = is_first || lower(link_->limits(settings_), kUnlimited) !=
                                                lower(link.limits(settings_), kUnlimited);
  const bool has_other_room = is_first || link_->most_in_flight() != link.most_in_flight();
  link_ = std::move(link);
  state_ = State::kReady;
  failure_.reset();
  next_handshake_ = Clock::time_point::min();
  if (has_other_limits) learned_ = kUnlimited;
  if (has_other_room) window_.set_most(link_->most_in_flight());
  apply_limits();
  if (is_other) {
    todo.lines.push_back({Weight::kWarning,
                          "TEI has another model now; its vectors do not compare with those "
                          "indexed before. " +
                              link_->describe()});
  } else if (is_first) {
    todo.lines.push_back({Weight::kInfo, link_->describe()});
  }
  if (trouble_ == Source::kHandshake) {
    if (!is_first) recovered(todo);
    trouble_ = Source::kNone;
    todo.trouble.emplace();
  }
}

void Engine::apply_limits() {
  if (link_) limits_ = lower(link_->limits(settings_), learned_);
}

// The service has to be asked again who it is before anything else is sent. Logs the first time.
void Engine::suspect(Source source, const std::string& why, Todo& todo) {
  if (state_ == State::kReady) state_ = State::kUnsure;
  todo.trouble = why;
  if (trouble_ == Source::kNone) todo.lines.push_back({Weight::kWarning, why});
  if (trouble_ != Source::kCall) trouble_ = source;
}

void Engine::recovered(Todo& todo) {
  todo.trouble.emplace();
  if (trouble_ == Source::kNone) return;
  trouble_ = Source::kNone;
  todo.lines.push_back({Weight::kInfo, "TEI works again"});
}

milliseconds Engine::back_off() {
  const unsigned doublings = std::min(overloads_++, 6U);
  const auto most = std::min(kLongestPause, kFirstPause * (1U << doublings));
  // Between half of it and all of it: clients that were refused together do not come back together.
  std::uniform_int_distribution<std::int64_t> jitter(most.count() / 2, most.count());
  return milliseconds(jitter(random_));
}

}  // namespace tei
