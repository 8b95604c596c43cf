import CMaxMindDB
import Foundation
import Timekeeping

/// A MaxMind DB file, read through libmaxminddb.
///
/// Look-ups only read the mapped file, so one database serves many threads.
final class MaxMindDatabase: @unchecked Sendable {
    // The handle is written by opening and closing only; the library allows concurrent look-ups.
    private let handle: UnsafeMutablePointer<MMDB_s>
    /// When the database was built, as it says of itself.
    var built: Timestamp { Timestamp(seconds: Int64(clamping: handle.pointee.metadata.build_epoch)) }

    init(path: String) throws(EnrichmentFailure) {
        let opened = UnsafeMutablePointer<MMDB_s>.allocate(capacity: 1)
        opened.initialize(to: MMDB_s())
        let status = MMDB_open(path, UInt32(MMDB_MODE_MMAP), opened)
        guard status == MMDB_SUCCESS else {
            opened.deallocate()
            throw .unreadable(
                file: path, reason: MMDB_strerror(status).map { String(cString: $0) } ?? "no reason given")
        }
        // Set last: an initialiser that throws after it would run `deinit` on what was never opened.
        handle = opened
    }

    deinit {
        MMDB_close(handle)
        handle.deallocate()
    }

    /// A record of the database.
    struct Record {
        fileprivate var entry: MMDB_entry_s

        func text(_ path: [String]) -> String? {
            guard let data = value(path), data.type == MMDB_DATA_TYPE_UTF8_STRING, let start = data.utf8_string else {
                return nil
            }
            return String(
                decoding: UnsafeRawBufferPointer(start: start, count: Int(data.data_size)), as: UTF8.self)
        }

        func double(_ path: [String]) -> Double? {
            guard let data = value(path), data.type == MMDB_DATA_TYPE_DOUBLE else { return nil }
            return data.double_value
        }

        func integer(_ path: [String]) -> Int64? {
            guard let data = value(path), data.type == MMDB_DATA_TYPE_UINT32 else { return nil }
            return Int64(data.uint32)
        }

        /// Whether a flag is set; one that is not there is not set, and nil says that the record cannot be read.
        func flag(_ path: [String]) -> Bool? {
            var status = MMDB_SUCCESS
            let data = value(path, &status)
            if let data { return data.type == MMDB_DATA_TYPE_BOOLEAN ? data.boolean : nil }
            return status == MMDB_SUCCESS || status == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR ? false : nil
        }

        private func value(_ path: [String]) -> MMDB_entry_data_s? {
            var status = MMDB_SUCCESS
            return value(path, &status)
        }

        private func value(_ path: [String], _ status: inout Int32) -> MMDB_entry_data_s? {
            var entry = entry
            var data = MMDB_entry_data_s()
            let owned = path.map { strdup($0) }
            defer { owned.forEach { free($0) } }
            var steps: [UnsafePointer<CChar>?] = owned.map { UnsafePointer($0) } + [nil]
            status = steps.withUnsafeMutableBufferPointer {
                MMDB_aget_value(&entry, &data, $0.baseAddress)
            }
            return status == MMDB_SUCCESS && data.has_data ? data : nil
        }
    }

    /// What a database says of an address.
    enum Answer {
        case record(Record)
        /// It has none.
        case nothing
        /// It could not be asked: it is damaged, or holds no addresses of this version.
        case failed
    }

    /// What the database says of an address.
    func answer(of address: IPAddress) -> Answer {
        var socket = sockaddr_in6()
        socket.sin6_family = sa_family_t(AF_INET6)
        withUnsafeMutableBytes(of: &socket.sin6_addr) { bytes in
            withUnsafeBytes(of: address.bits.bigEndian) { bytes.copyMemory(from: $0) }
        }
        var status: Int32 = MMDB_SUCCESS
        let result = withUnsafePointer(to: &socket) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { lookUp($0, address, &status) }
        }
        guard status == MMDB_SUCCESS else { return .failed }
        return result.found_entry ? .record(Record(entry: result.entry)) : .nothing
    }

    private func lookUp(
        _ socket: UnsafePointer<sockaddr>, _ address: IPAddress, _ status: inout Int32
    ) -> MMDB_lookup_result_s {
        guard address.bits >> 32 == 0xFFFF else { return MMDB_lookup_sockaddr(handle, socket, &status) }
        var v4 = sockaddr_in()
        v4.sin_family = sa_family_t(AF_INET)
        v4.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.bits).bigEndian
        return withUnsafePointer(to: &v4) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { MMDB_lookup_sockaddr(handle, $0, &status) }
        }
    }
}
