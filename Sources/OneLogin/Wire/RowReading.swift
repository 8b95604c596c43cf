import Directory
import FieldStorage
import JSONScanning
import Timekeeping

/// One row of a batch while it is filled from the members of a record.
struct RowReading {
    private let batch: ActivityBatch
    private let slots: UnsafeMutablePointer<Slot>
    /// `id` of the events API.
    private var id: Slot = .null
    private var uuid: Slot = .null
    private var createdAt: Timestamp?
    private var eventTimestamp: Timestamp?
    private(set) var typeID: Int64?
    /// The object under `event`, of a feed that wraps its records.
    private(set) var wrapped: UnsafeRawBufferPointer?

    init(batch: ActivityBatch, row: Int) {
        self.batch = batch
        slots = batch.slots(of: row)
    }

    /// Puts one member into its slot.
    @inline(__always)
    mutating func take(_ member: JSONMember, _ field: WireField) throws(UnreadableRecord) {
        switch field.rule {
        case .text: slots[field.field.rawValue] = text(member)
        case .integer: slots[field.field.rawValue] = try integer(member, field)
        case .looseInteger: slots[field.field.rawValue] = (try? integer(member, field)) ?? .null
        case .fallbackText:
            if slots[field.field.rawValue].isNull { slots[field.field.rawValue] = text(member) }
        case .id: id = try identifier(member, field)
        case .uuid: uuid = try identifier(member, field)
        case .createdAt: createdAt = try time(member, field)
        case .eventTimestamp: eventTimestamp = try time(member, field)
        case .eventTypeID:
            let slot = try integer(member, field)
            if !slot.isNull { typeID = slot.intValue }
        case .wrapped:
            if member.kind == .object { wrapped = member.text }
        }
    }

    /// Fills the fields that every activity has.
    ///
    /// - Throws: What is missing.
    mutating func finish(raw: UnsafeRawBufferPointer) throws(UnreadableRecord) {
        guard let typeID else { throw UnreadableRecord(reason: "the record has no `event_type_id`") }
        guard let time = eventTimestamp ?? createdAt else {
            throw UnreadableRecord(reason: "the record has no `created_at` and no `event_timestamp`")
        }
        let isWebhook = eventTimestamp != nil && !uuid.isNull
        let name = isWebhook || id.isNull ? uuid : id
        guard !name.isNull else { throw UnreadableRecord(reason: "the record has no `id` and no `uuid`") }
        slots[ActivityField.id.rawValue] = name
        slots[ActivityField.time.rawValue] = .timestamp(seconds: time.seconds, nanoseconds: time.nanoseconds)
        slots[ActivityField.typeID.rawValue] = .int(typeID)
        let kind = ActivityKind.forType(typeID)
        slots[ActivityField.kind.rawValue] = kind.kindSlot
        slots[ActivityField.type.rawValue] =
            kind.isKnown ? kind.typeNameSlot : batch.arena.copy("UNKNOWN_\(typeID)")
        if typeID == WireActivityDecoder.userUpdated, !slots[ActivityField.groupID.rawValue].isNull {
            slots[ActivityField.kind.rawValue] = Self.groupChangedKind
        }
        slots[ActivityField.isLate.rawValue] = .bool(false)
        slots[ActivityField.raw.rawValue] = .string(raw)
    }

    private static let groupChangedKind = ActivityKind.groupChanged.kindSlot

    /// Text, with its escapes resolved in the batch's arena; empty text is null.
    @inline(__always)
    private func text(_ member: JSONMember) -> Slot {
        if member.count == 0 { return .null }
        return member.hasEscapes ? resolved(member) : .string(member.text)
    }

    private func resolved(_ member: JSONMember) -> Slot {
        let room = batch.arena.reserve(Int(member.count))
        let count = member.value.unescape(into: room)
        return .string(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[..<count]))
    }

    /// A number or text that names something; null when empty.
    private func identifier(_ member: JSONMember, _ field: WireField) throws(UnreadableRecord) -> Slot {
        if member.kind == .string { return text(member) }
        guard member.kind == .number, JSONValue.integer(member.text) != nil else { throw unfit(member, field, "id") }
        return .string(member.text)
    }

    /// An integer from a number or from text; null from empty text.
    @inline(__always)
    private func integer(_ member: JSONMember, _ field: WireField) throws(UnreadableRecord) -> Slot {
        if member.kind == .number || member.kind == .string {
            if member.count == 0 { return .null }
            if let value = JSONValue.integer(member.text) { return .int(value) }
            if let value = wholeNumber(member) { return .int(value) }
        }
        throw unfit(member, field, "integer")
    }

    /// `30.0` and `1e2`, which some feeds write for integers.
    private func wholeNumber(_ member: JSONMember) -> Int64? {
        guard member.kind == .number, let value = member.value.double, value.magnitude < 9e15,
            value.rounded() == value
        else { return nil }
        return Int64(value)
    }

    @inline(__always)
    private func time(_ member: JSONMember, _ field: WireField) throws(UnreadableRecord) -> Timestamp? {
        if member.count == 0 { return nil }
        guard member.kind == .string, let moment = WireTime.moment(member.text) else {
            throw unfit(member, field, "time")
        }
        return moment
    }

    private func unfit(_ member: JSONMember, _ field: WireField, _ wanted: String) -> UnreadableRecord {
        let shown = String(decoding: member.text.prefix(60), as: UTF8.self)
        return UnreadableRecord(reason: "`\(field.key)` is no \(wanted): `\(shown)`")
    }
}

extension UnreadableRecord {
    /// The reason that a fault of the grammar is.
    init(_ fault: JSONFault) { self.init(reason: "\(fault)", offset: fault.offset) }
}
