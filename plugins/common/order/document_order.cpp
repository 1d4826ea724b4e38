// By Poco.
#include "common/order/document_order.hpp"

#include <Poco/SHA1Engine.h>
#include <Poco/UUID.h>
#include <Poco/UUIDGenerator.h>

#include <array>
#include <string>

namespace plugin_common {

std::uint64_t order_of(std::string_view document_id) {
  // One a thread: making one seeds its random numbers, which takes longer than all the rest.
  thread_local Poco::UUIDGenerator generator;
  Poco::SHA1Engine sha1;
  const Poco::UUID uuid = generator.createFromName(Poco::UUID::uri(), std::string(document_id),
                                                   sha1, Poco::UUID::UUID_NAME_BASED_SHA1);
  std::array<char, 16> bytes{};
  uuid.copyTo(bytes.data());
  std::uint64_t order = 0;
  for (std::size_t i = 0; i < sizeof order; ++i) {
    order = order << 8U | static_cast<unsigned char>(bytes[i]);
  }
  return order;
}

}  // namespace plugin_common
