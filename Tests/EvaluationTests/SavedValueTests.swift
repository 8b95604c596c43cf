import CEL
import FieldStorage
import Testing
import Timekeeping

@testable import Evaluation

/// Values and failures come back from bytes as they were.
@Suite struct SavedValueTests {
    static let values: [Value] = [
        .null, .bool(true), .bool(false), .int(.min), .uint(.max), .double(-0.0), .double(.nan), .string(""),
        .string("ü\u{0}𝄞"), .bytes([0, 255]), .list([]), .list([.int(1), .list([.null])]),
        .map(MapValue([(.string("k"), .int(1)), (.int(2), .null)])), .timestamp(.earliest), .timestamp(.latest),
        .duration(TimeSpan(seconds: -5, nanoseconds: -7)), .type("int"), .optional(nil), .optional(.some(.string("x"))),
    ]

    static func readBack<Held>(
        _ write: (inout StateWriter) throws -> Void, _ read: (inout StateReader) throws -> Held
    ) throws -> Held {
        var writer = StateWriter()
        try write(&writer)
        return try writer.bytes.withUnsafeBytes { bytes in
            var reader = StateReader(bytes)
            let held = try read(&reader)
            #expect(reader.isAtEnd)
            return held
        }
    }

    @Test(arguments: values) func aValueComesBack(_ value: Value) throws {
        #expect(
            try Self.readBack {
                try $0.write(value)
            } _: {
                try $0.readValue()
            } == value)
    }

    @Test(arguments: ["192.0.2.7", "2001:db8::1"]) func anAddressComesBack(_ text: String) throws {
        let address = try #require(IPAddress(text))
        let block = try #require(AddressBlock(text + "/24"))
        #expect(
            try Self.readBack {
                try $0.write(Value.ip(address))
            } _: {
                try $0.readValue()
            } == .ip(address))
        #expect(
            try Self.readBack {
                try $0.write(Value.cidr(block))
            } _: {
                try $0.readValue()
            } == .cidr(block))
    }

    @Test(arguments: [
        EvaluationFailure.unknown(field: "f"), .unbound(name: "n"), .noSuchKey("k"), .noSuchField("f"),
        .indexOutOfRange(-3), .divisionByZero, .overflow, .null(name: "n"), .noOverload("+"), .invalidArgument("a"),
        .emptyOptional, .repeatedKey("k"), .limit(.patternTime),
    ]) func aFailureComesBack(_ failure: EvaluationFailure) throws {
        #expect(
            try Self.readBack {
                $0.write(failure)
            } _: {
                try $0.readFailure()
            } == failure)
    }

    @Test(arguments: [
        Slot.null, .unknown, .bool(true), .int(-1), .double(1.5), .timestamp(seconds: 3, nanoseconds: 999_999_999),
        .duration(seconds: -1, nanoseconds: -1),
    ]) func aSlotComesBack(_ slot: Slot) throws {
        let back = try Self.readBack {
            try $0.write(slot)
        } _: {
            try $0.readSlot()
        }
        #expect((back.bits, back.count, back.tag) == (slot.bits, slot.count, slot.tag))
    }

    @Test func whatPointsSomewhereIsNotSaved() {
        final class Box {}
        let box = Box()
        #expect(throws: StateFault.unsavable("a list or map among the fields of an activity")) {
            var writer = StateWriter()
            try writer.write(Slot.reference(box))
        }
    }

    static let noValues: [(bytes: [UInt8], cause: String)] = [
        ([16], "there is no value of kind 16"),
        ([9, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255], "no moment has 4294967295 nanoseconds"),
        ([7, 255, 255, 255, 255], "it ends before 4294967295 elements"),
        ([14, 1, 0, 0, 0, 120], "an address that is none"),
        (Array(repeatElement([7, 1, 0, 0, 0], count: 80).joined()), "values lie in values too deep"),
    ]

    @Test(arguments: noValues) func bytesThatAreNoValueAreRefused(_ bytes: [UInt8], _ cause: String) {
        #expect(throws: StateFault.damaged(cause)) {
            try bytes.withUnsafeBytes { bytes in
                var reader = StateReader(bytes)
                _ = try reader.readValue()
            }
        }
    }
}
