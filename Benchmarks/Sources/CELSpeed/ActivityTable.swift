import CEL
import FieldStorage
import Foundation

/// Activities of 20 typed fields as rows of slots, and the environment that names them.
final class ActivityTable {
    static let fields: [ObjectType.Field] = {
        let types: [(String, CELType, Bool)] = [
            ("id", .int, false), ("kind", .string, false), ("time", .timestamp, false), ("user_id", .int, true),
            ("user_name", .string, false), ("email", .string, false), ("country", .string, true),
            ("city", .string, false), ("ip", .string, false), ("user_agent", .string, false), ("app", .string, true),
            ("risk", .int, false), ("success", .bool, false), ("factor", .string, false),
            ("latitude", .double, false), ("longitude", .double, false), ("roles", .list(.string), false),
            ("device", .string, false), ("path", .string, false), ("session", .string, false),
        ]
        return types.enumerated().map { place, field in
            .init(name: field.0, type: field.1, isNullable: field.2, slot: place)
        }
    }()

    static let environment: Environment = {
        var environment = Environment(allowsDyn: false)
        environment.declare(object: ObjectType(name: "Activity", fields: fields))
        environment.declare("activity", object: "Activity", isNullable: false, table: 0)
        return environment
    }()

    private let arena = TextArena()
    private var boxes: [ValueBox] = []
    private let slots: UnsafeMutablePointer<Slot>
    let count: Int

    /// The activities of a JSON Lines file.
    init(path: String) throws {
        let lines = try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: 0x0a)
        count = lines.count
        slots = .allocate(capacity: count * Self.fields.count)
        slots.initialize(repeating: .null, count: count * Self.fields.count)
        for (row, line) in lines.enumerated() {
            guard let object = try JSONSerialization.jsonObject(with: line) as? [String: Any] else {
                throw BenchmarkError.notAnObject(line: row + 1)
            }
            for field in Self.fields {
                slots[row * Self.fields.count + field.slot] = slot(object[field.name], field.type)
            }
        }
    }

    deinit { slots.deallocate() }

    /// The row of an activity.
    @inline(__always)
    func row(_ place: Int) -> UnsafePointer<Slot> { UnsafePointer(slots + place * Self.fields.count) }

    private func slot(_ json: Any?, _ type: CELType) -> Slot {
        switch (type, json) {
        case (.string, let text as String): return arena.copy(text)
        case (.bool, let number as NSNumber): return .bool(number.boolValue)
        case (.int, let number as NSNumber): return .int(number.int64Value)
        case (.double, let number as NSNumber): return .double(number.doubleValue)
        case (.timestamp, let number as NSNumber): return .timestamp(seconds: number.int64Value, nanoseconds: 0)
        case (.list, let texts as [String]):
            let box = ValueBox(.list(texts.map { .string($0) }))
            boxes.append(box)
            return .reference(box)
        default: return .null
        }
    }
}

enum BenchmarkError: Error {
    case usage
    case notAnObject(line: Int)
    case notValid(condition: String, String)
    case failed(condition: String, String)
}
