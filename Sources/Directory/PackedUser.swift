import Timekeeping

/// The fields of a user in as few bytes as they need, in one piece of memory.
///
/// A large tenant is held for every evaluation, so this is what its memory is made of: about 200 bytes a user where
/// the fields themselves take 450 and a piece of memory for each longer text. Equal fields give equal bytes.
///
/// First comes which fields have a value, as one bit each, then the id, then the values in the order of ``Field``:
/// numbers in as many bytes as they need, texts and lists after their length.
struct PackedUser: @unchecked Sendable {
    // Unchecked: written before anybody else has it.
    private let memory: ManagedBuffer<Int, UInt8>

    /// Stands where there is no user.
    static let nothing = PackedWriter(id: 0, status: .unknown).user

    /// Fields by the number of their bit; what is asked for most comes first.
    enum Field: UInt32, CaseIterable {
        case username, state, groupID, roleIDs, createdAt, lastLogin, email, updatedAt, department, title, firstName
        case lastName, company, phone, comment, externalID, samAccountName, userPrincipalName, distinguishedName
        case directoryID, trustedIdentityProviderID, managerUserID, activatedAt, invitationSentAt, passwordChangedAt
        case lockedUntil, invalidLoginAttempts, customAttributes

        /// How the value is written.
        var form: Form {
            switch self {
            case .state, .groupID, .directoryID, .trustedIdentityProviderID, .managerUserID, .invalidLoginAttempts:
                .number
            case .createdAt, .lastLogin, .updatedAt, .activatedAt, .invitationSentAt, .passwordChangedAt, .lockedUntil:
                .moment
            case .username, .email, .department, .title, .firstName, .lastName, .company, .phone, .comment,
                .externalID, .samAccountName, .userPrincipalName, .distinguishedName, .roleIDs, .customAttributes:
                .bytes
            }
        }
    }

    enum Form {
        case number, moment
        /// What follows its length: text, or a list.
        case bytes
    }

    /// - Parameter bytes: Those of ``PackedWriter``.
    init(_ bytes: [UInt8]) {
        memory = ManagedBuffer.create(minimumCapacity: bytes.count) { _ in bytes.count }
        memory.withUnsafeMutablePointerToElements { memory in
            for place in bytes.indices { (memory + place).initialize(to: bytes[place]) }
        }
    }

    /// Reads the bytes from their beginning.
    private func read<Result>(_ body: (inout PackedReader) -> Result) -> Result {
        memory.withUnsafeMutablePointers { count, bytes in
            var reader = PackedReader(UnsafeBufferPointer(start: bytes, count: count.pointee))
            return body(&reader)
        }
    }

    /// Whether both are one piece of memory.
    func isSame(as other: PackedUser) -> Bool { memory === other.memory }

    func hasSameBytes(as other: PackedUser) -> Bool {
        read { mine in other.read { $0.bytes.elementsEqual(mine.bytes) } }
    }

    /// How many bytes the fields take.
    var byteCount: Int { memory.header }

    var id: Int64 { read { $0.id } }

    var status: UserStatus { read { UserStatus.allCases[Int($0.status)] } }

    /// Whether a field has a value.
    func has(_ field: Field) -> Bool { read { $0.has(field) } }

    func number(_ field: Field) -> Int64? { read { $0.seek(field) ? $0.number() : nil } }

    func moment(_ field: Field) -> Timestamp? { read { $0.seek(field) ? $0.moment() : nil } }

    func text(_ field: Field) -> String? { read { $0.seek(field) ? $0.text() : nil } }

    /// Numbers of a list.
    func numbers(_ field: Field) -> [Int64]? {
        read { reader in
            guard reader.seek(field) else { return nil }
            let end = reader.endOfPiece()
            var list: [Int64] = []
            while reader.place < end { list.append(reader.number()) }
            return list
        }
    }

    /// Texts of a list.
    func texts(_ field: Field) -> [String] {
        read { reader in
            guard reader.seek(field) else { return [] }
            let end = reader.endOfPiece()
            var list: [String] = []
            while reader.place < end { list.append(reader.text()) }
            return list
        }
    }
}

/// Writes the bytes of a ``PackedUser``.
struct PackedWriter {
    private var bits: UInt32 = 0
    private var bytes: [UInt8]

    init(id: Int64, status: UserStatus) {
        bytes = [0, 0, 0, 0]
        bytes.reserveCapacity(320)
        write(status: status)
        write(id)
    }

    private mutating func write(status: UserStatus) {
        bytes.append(UInt8(UserStatus.allCases.firstIndex(of: status) ?? UserStatus.allCases.count - 1))
    }

    /// What was written; fields must have come in their order.
    var user: PackedUser {
        var all = bytes
        for place in 0..<4 { all[place] = UInt8(truncatingIfNeeded: bits >> (8 * UInt32(place))) }
        return PackedUser(all)
    }

    mutating func add(_ field: PackedUser.Field, _ value: Int64?) {
        guard let value else { return }
        mark(field)
        write(value)
    }

    mutating func add(_ field: PackedUser.Field, _ value: String?) {
        guard let value else { return }
        mark(field)
        write(value)
    }

    mutating func add(_ field: PackedUser.Field, _ value: Timestamp?) {
        guard let value else { return }
        mark(field)
        write(value)
    }

    mutating func add(_ field: PackedUser.Field, _ values: [Int64]?) {
        guard let values else { return }
        addPiece(field) { writer in for value in values { writer.write(value) } }
    }

    mutating func add(_ field: PackedUser.Field, texts: [String]) {
        guard !texts.isEmpty else { return }
        addPiece(field) { writer in for text in texts { writer.write(text) } }
    }

    private mutating func addPiece(_ field: PackedUser.Field, _ body: (inout PackedWriter) -> Void) {
        mark(field)
        var piece = self
        piece.bytes = []
        body(&piece)
        write(unsigned: UInt64(piece.bytes.count))
        bytes += piece.bytes
    }

    private mutating func mark(_ field: PackedUser.Field) { bits |= 1 << field.rawValue }

    private mutating func write(unsigned value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Small numbers of either sign take few bytes.
    private mutating func write(_ value: Int64) {
        write(unsigned: UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    private mutating func write(_ text: String) {
        var text = text
        write(unsigned: UInt64(text.utf8.count))
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    /// Seconds, with what is finer in as many digits as it has.
    private mutating func write(_ moment: Timestamp) {
        let isMilliseconds = moment.nanoseconds % 1_000_000 == 0
        let part: Int64 = moment.nanoseconds == 0 ? 0 : isMilliseconds ? 1 : 2
        write(moment.seconds * 3 + part)
        if part > 0 {
            write(unsigned: UInt64(isMilliseconds ? moment.nanoseconds / 1_000_000 : moment.nanoseconds))
        }
    }
}

/// Reads the bytes of a ``PackedUser`` from the first to the last.
struct PackedReader {
    let bytes: UnsafeBufferPointer<UInt8>
    let status: UInt8
    let id: Int64
    private let bits: UInt32
    private(set) var place = 5

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        bits = (0..<4).reduce(0) { $0 | UInt32(bytes[$1]) << (8 * UInt32($1)) }
        status = bytes[4]
        id = Self.signed(Self.unsigned(bytes, &place))
    }

    func has(_ field: PackedUser.Field) -> Bool { bits & (1 << field.rawValue) != 0 }

    /// Goes to the value of a field; false when it has none.
    mutating func seek(_ field: PackedUser.Field) -> Bool {
        guard has(field) else { return false }
        var before = bits & ((1 << field.rawValue) - 1)
        while before != 0 {
            if let passed = PackedUser.Field(rawValue: UInt32(before.trailingZeroBitCount)) { skip(passed.form) }
            before &= before - 1
        }
        return true
    }

    private mutating func skip(_ form: PackedUser.Form) {
        switch form {
        case .number: _ = unsigned()
        case .moment: _ = moment()
        case .bytes: place = endOfPiece()
        }
    }

    /// Where the piece ends whose length comes next, which is passed.
    mutating func endOfPiece() -> Int {
        let count = Int(unsigned())
        return place + count
    }

    mutating func number() -> Int64 { Self.signed(unsigned()) }

    mutating func moment() -> Timestamp {
        let (seconds, part) = Self.floored(number())
        return switch part {
        case 0: Timestamp(seconds: seconds)
        case 1: Timestamp(seconds: seconds, nanoseconds: UInt32(unsigned()) * 1_000_000)
        default: Timestamp(seconds: seconds, nanoseconds: UInt32(unsigned()))
        }
    }

    mutating func text() -> String {
        let end = endOfPiece()
        defer { place = end }
        return String(decoding: bytes[place..<end], as: UTF8.self)
    }

    private mutating func unsigned() -> UInt64 { Self.unsigned(bytes, &place) }

    private static func unsigned(_ bytes: UnsafeBufferPointer<UInt8>, _ place: inout Int) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = bytes[place]
            place += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    private static func signed(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A quotient by three towards the past, and the rest, 0 to 2.
    private static func floored(_ value: Int64) -> (Int64, Int64) {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: 3)
        return rest < 0 ? (quotient - 1, rest + 3) : (quotient, rest)
    }
}
