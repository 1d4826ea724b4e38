// Companion: files beside the database that committed rows refer to.
#pragma once

namespace sluice::journal {

// Made durable together with the log of the database, and bounded together with it.
class Companion {
 public:
  virtual ~Companion() = default;

  // Puts on the disk what was written before the call; false, with errno: the disk did not take it.
  // One thread at a time, beside the writer.
  virtual bool sync() = 0;
  // The writer: whether the files may take more of the disk than they have.
  virtual void may_grow(bool may) = 0;
};

}  // namespace sluice::journal
