// What the two ends of a pipe share, and its lock.
#include "net/body_pipe.hpp"

#include <mutex>

namespace sluice::net {

// Shared by the two ends, which come and go on their own.
class BodyPipe {
 public:
  explicit BodyPipe(std::size_t capacity) : capacity_(capacity) {}

  enum class Course { kOpen, kWhole, kBroken };

  void set_writer(Wake wake) {
    const std::scoped_lock lock(mutex_);
    wake_writer_ = std::move(wake);
    if (!has_reader_) wake_writer_();
  }
  void set_reader(Wake wake) {
    const std::scoped_lock lock(mutex_);
    wake_reader_ = std::move(wake);
  }

  bool put(std::string_view part) {
    const std::scoped_lock lock(mutex_);
    if (!has_reader_) return false;
    if (part.empty()) return true;
    const bool was_empty = bytes_.empty();
    bytes_.append(part);
    if (was_empty && wake_reader_) wake_reader_();
    return true;
  }

  // The writer goes, and is not called any more.
  void finish(Course course) {
    const std::scoped_lock lock(mutex_);
    wake_writer_ = nullptr;
    course_ = course;
    if (has_reader_ && wake_reader_) wake_reader_();
  }

  BodyReader::State take(std::string& bytes) {
    bytes.clear();
    const std::scoped_lock lock(mutex_);
    bytes.swap(bytes_);
    if (bytes.size() >= capacity_ && wake_writer_) wake_writer_();
    if (course_ == Course::kWhole) return BodyReader::State::kWhole;
    if (!bytes.empty()) return BodyReader::State::kMore;
    return course_ == Course::kBroken ? BodyReader::State::kBroken : BodyReader::State::kWait;
  }

  // The reader goes, and is not called any more.
  void leave() {
    const std::scoped_lock lock(mutex_);
    has_reader_ = false;
    wake_reader_ = nullptr;
    bytes_ = {};
    if (wake_writer_) wake_writer_();
  }

  bool has_room() const {
    const std::scoped_lock lock(mutex_);
    return bytes_.size() < capacity_;
  }
  bool has_reader() const {
    const std::scoped_lock lock(mutex_);
    return has_reader_;
  }

 private:
  const std::size_t capacity_;

  mutable std::mutex mutex_;  // guards what follows
  std::string bytes_;
  Course course_ = Course::kOpen;
  bool has_reader_ = true;
  Wake wake_writer_;
  Wake wake_reader_;
};

void BodyWriter::on_change(Wake wake) { pipe_->set_writer(std::move(wake)); }

bool BodyWriter::put(std::string_view part) { return pass(part, PartKind::kMore); }

bool BodyWriter::end() {
  const bool has_passed = pass({}, PartKind::kLast);
  if (has_passed) std::exchange(pipe_, nullptr)->finish(BodyPipe::Course::kWhole);
  return has_passed;
}

bool BodyWriter::pass(std::string_view part, PartKind kind) {
  if (!pipe_) return false;
  if (!rewrite_) return pipe_->put(part);
  std::string changed;
  if (rewrite_(part, kind, changed)) return pipe_->put(changed);
  break_off();
  return false;
}

void BodyWriter::break_off() {
  if (pipe_) std::exchange(pipe_, nullptr)->finish(BodyPipe::Course::kBroken);
}

bool BodyWriter::has_room() const { return pipe_ && pipe_->has_room(); }
bool BodyWriter::has_reader() const { return pipe_ && pipe_->has_reader(); }

BodyReader::~BodyReader() {
  if (pipe_) pipe_->leave();
}

void BodyReader::on_change(Wake wake) { pipe_->set_reader(std::move(wake)); }

BodyReader::State BodyReader::take(std::string& bytes) { return pipe_->take(bytes); }

std::pair<BodyWriter, BodyReader> make_body_pipe(std::size_t capacity) {
  auto pipe = std::make_shared<BodyPipe>(capacity);
  return {BodyWriter(pipe), BodyReader(std::move(pipe))};
}

}  // namespace sluice::net
