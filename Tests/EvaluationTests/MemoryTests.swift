import CEL
import Directory
import FieldStorage
import Testing
import Timekeeping

@testable import Evaluation
@testable import RuleLanguage

/// What rules with memory keep things in, each against a model that is obviously right.
@Suite struct MemoryTests {
    typealias Dice = OrderPropertyTests.Dice

    static func key(_ writer: KeyWriter, _ text: String, _ arena: TextArena) -> KeyBytes {
        writer.begin()
        writer.append(arena.copy(text), isLast: true)
        return writer.key
    }

    @Test func partsOfAKeyDoNotRunIntoEachOther() {
        let arena = TextArena()
        func bytes(_ slots: [Slot]) -> [UInt8] {
            let writer = KeyWriter()
            writer.begin()
            for (place, slot) in slots.enumerated() { writer.append(slot, isLast: place == slots.count - 1) }
            return Array(UnsafeRawBufferPointer(start: writer.key.base, count: writer.key.count))
        }
        let keys: [[Slot]] = [
            [arena.copy("ab"), arena.copy("c")], [arena.copy("a"), arena.copy("bc")], [arena.copy("abc")], [.int(1)],
            [.double(1)], [.bool(true)], [arena.copy("1")], [arena.copy("e\u{301}")], [arena.copy("\u{e9}")],
            [.timestamp(seconds: 1, nanoseconds: 0)], [.duration(seconds: 1, nanoseconds: 0)],
        ]
        #expect(Set(keys.map(bytes)).count == keys.count)
    }

    @Test func mapsAreOneKeyWhateverTheOrderOfTheirEntries() {
        func bytes(_ value: Value) -> [UInt8] {
            var out: [UInt8] = []
            value.appendIdentity(to: &out)
            return out
        }
        let one = Value.map(MapValue([(.string("a"), .int(1)), (.string("b"), .list([.null]))]))
        let two = Value.map(MapValue([(.string("b"), .list([.null])), (.string("a"), .int(1))]))
        let three = Value.map(MapValue([(.string("b"), .list([])), (.string("a"), .int(1))]))
        #expect(bytes(one) == bytes(two))
        #expect(bytes(one) != bytes(three))
        #expect(bytes(.list([.int(1), .int(2)])) != bytes(.list([.list([.int(1)]), .int(2)])))
    }

    @Test(arguments: [7, 99] as [UInt64])
    func keysComeAndGoAsInADictionary(_ seed: UInt64) {
        var dice = Dice(state: seed)
        let arena = TextArena()
        let writer = KeyWriter()
        let store = KeyedStore<Int>()
        var model: [String: Int] = [:]
        for step in 0..<20_000 {
            // Short keys are kept in place, long ones beside.
            let number = Int.random(in: 0..<700, using: &dice)
            let text = number % 3 == 0 ? "a key of more than sixteen bytes \(number)" : "k\(number)"
            let key = Self.key(writer, text, arena)
            let place = store.place(of: key)
            #expect((place >= 0) == (model[text] != nil), "seed \(seed), step \(step)")
            if place < 0 {
                _ = store.insert(key, step)
                model[text] = step
            } else if Bool.random(using: &dice) {
                #expect(store[place] == model[text], "seed \(seed), step \(step)")
                store.remove(place)
                model[text] = nil
            }
            if step % 1000 == 0 { arena.removeAll() }
        }
        #expect(store.count == model.count)
    }

    /// Pushes activities at those seconds, in that order, and says in which order they come back before `edge`.
    static func order(_ seconds: [Int64], before edge: Int64, _ buffer: ReorderBuffer) -> [String] {
        let batch = TestFacts.batch(
            seconds.enumerated().map { place, second in
                .init(second, "login.failure", id: "id\(1000 + place)")
            })
        for row in 0..<batch.count {
            let slots = UnsafePointer(batch.slots(of: row))
            [UInt32(row)].withUnsafeBufferPointer {
                buffer.push(slots, at: TestFacts.at(seconds[row]), units: $0)
            }
        }
        return drained(buffer, before: edge)
    }

    static func drained(_ buffer: ReorderBuffer, before edge: Int64) -> [String] {
        let row = RowBuffer(slotCount: ActivityField.count)
        var out: [String] = []
        while let next = buffer.popFirst(before: TestFacts.at(edge)) {
            buffer.write(next, to: row.slots)
            out.append(row.slots[ActivityField.id.rawValue].string)
            buffer.release(next)
        }
        return out
    }

    @Test func whatWaitsComesBackInOrderAndOnlyBeforeTheEdge() {
        let buffer = ReorderBuffer(HeldFields(names: []))
        let first = Self.order([5, 1, 3, 3, 9, 2], before: 5, buffer)
        #expect(first == ["id1001", "id1005", "id1002", "id1003"])
        #expect(buffer.count == 2)
        #expect(Self.drained(buffer, before: 5) == [])
        #expect(Self.drained(buffer, before: 10) == ["id1000", "id1004"])
        #expect(buffer.count == 0)
    }

    @Test(arguments: [3, 4] as [UInt64])
    func anyDisorderIsPutRight(_ seed: UInt64) {
        var dice = Dice(state: seed)
        let buffer = ReorderBuffer(HeldFields(names: []))
        for _ in 0..<20 {
            let seconds = (0..<900).map { _ in Int64.random(in: 0..<500, using: &dice) }
            let expected = seconds.enumerated().sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map { "id\(1000 + $0.0)" }
            #expect(Self.order(seconds, before: 1000, buffer) == expected, "seed \(seed)")
        }
        #expect(buffer.byteCount < 2 << 20, "blocks are used again")
    }

    /// The windows of a few keys, with and without room for all of them, against a list of everything that came.
    @Test(arguments: [(1, 1000), (2, 3), (3, 2), (4, 1)] as [(UInt64, Int)])
    func windowsSayWhatAListOfAllActivitiesSays(_ seed: UInt64, _ limit: Int) {
        var dice = Dice(state: seed)
        let frame = RuleFrame(for: [])
        let counts = Aggregate(
            name: "n", function: .count, argument: nil, condition: nil, limit: nil, type: .int, index: 0)
        let table = SlidingTable([counts], within: .seconds(60), limit: limit)
        let writer = KeyWriter()
        let arena = TextArena()
        var model: [(key: Int, time: Int64, id: String)] = []
        var evicted = 0
        var time: Int64 = 0
        for step in 0..<12_000 {
            time += Int64.random(in: 0...(step % 3000 < 1500 ? 1 : 9), using: &dice)
            // Now and then one key stays while many others come and go.
            let key = step % 5 == 0 ? 0 : Int.random(in: 1..<9, using: &dice)
            model.removeAll { $0.time <= time - 60 }
            if !model.contains(where: { $0.key == key }), Set(model.map(\.key)).count >= limit {
                var last: [Int: Int] = [:]
                for (place, entry) in model.enumerated() { last[entry.key] = place }
                let oldest = last.min { $0.value < $1.value }?.key
                model.removeAll { $0.key == oldest }
                evicted += 1
            }
            let id = step % 4 == 0 ? "id-\(step)" : String(step)
            model.append((key, time, id))
            let bytes = Self.key(writer, "key \(key)", arena)
            let place = table.add(bytes, at: time * 1_000_000_000, id: arena.copy(id), frame)
            let own = model.filter { $0.key == key }.map(\.id)
            #expect(table.activityIDs(of: place) == own.suffix(100), "seed \(seed), step \(step)")
            table.set(frame, place)
            #expect(frame.variables.slots[0].intValue == Int64(own.count), "seed \(seed), step \(step)")
            if step % 500 == 0 { arena.removeAll() }
        }
        #expect(table.evictedCount == evicted)
        #expect(table.count == Set(model.map(\.key)).count)
        #expect(table.byteCount < 1 << 18, "keys that left take no room")
    }

    @Test(arguments: [(512, true), (511, true), (100_000, false)])
    func manyKeysAgainstOneRuleTakeTheRoomOfTheLimit(_ limit: Int, _ isFull: Bool) {
        let frame = RuleFrame(for: [])
        let table = SlidingTable([], within: .hours(1), limit: limit)
        let writer = KeyWriter()
        for number in 0..<50_000 {
            writer.begin()
            writer.append(.int(Int64(number)), isLast: true)
            _ = table.add(writer.key, at: Int64(number), id: .int(0), frame)
        }
        #expect(table.count == min(limit, 50_000))
        #expect(table.evictedCount == (isFull ? 50_000 - limit : 0))
        if isFull { #expect(table.byteCount < 200_000) }
    }
}
