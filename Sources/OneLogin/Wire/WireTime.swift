import JSONScanning
import Timekeeping

/// The forms of time that OneLogin writes (reference, section 1), and their near relatives.
///
/// `2026-02-01T07:12:09.412Z`, without a fraction, `2026-02-01 07:12:09 UTC`, and offsets `+05:30`, `+0530`, `+05`.
enum WireTime {
    /// A moment from its text; nil for anything else.
    static func moment(_ text: UnsafeRawBufferPointer) -> Timestamp? {
        guard text.count >= 19, text.count <= 48 else { return nil }
        let isDate =
            text[4] == UInt8(ascii: "-") && text[7] == UInt8(ascii: "-") && text[13] == UInt8(ascii: ":")
            && text[16] == UInt8(ascii: ":")
            && (text[10] == UInt8(ascii: " ") || text[10] | 0x20 == UInt8(ascii: "t"))
        guard isDate,
            let century = pair(text, 0), let years = pair(text, 2), let month = pair(text, 5),
            let day = pair(text, 8), let hour = pair(text, 11), let minute = pair(text, 14),
            let second = pair(text, 17),
            let seconds = Timestamp.seconds(
                year: century * 100 + years, month: month, day: day, hour: hour, minute: minute, second: second)
        else { return nil }
        var place = 19
        guard let nanoseconds = fraction(text, &place), let offset = offset(text, place) else { return nil }
        let total = seconds - offset
        guard total >= Timestamp.earliest.seconds, total <= Timestamp.latest.seconds else { return nil }
        return Timestamp(seconds: total, nanoseconds: nanoseconds)
    }

    @inline(__always)
    private static func pair(_ text: UnsafeRawBufferPointer, _ place: Int) -> Int64? {
        let tens = text[place] &- 48
        let ones = text[place + 1] &- 48
        return tens < 10 && ones < 10 ? Int64(tens) * 10 + Int64(ones) : nil
    }

    /// The nanoseconds of a fraction at `place`, 0 when there is none; digits past the ninth are cut off.
    private static func fraction(_ text: UnsafeRawBufferPointer, _ place: inout Int) -> UInt32? {
        guard place < text.count, text[place] == UInt8(ascii: ".") else { return 0 }
        let first = place + 1
        var scale: UInt32 = 100_000_000
        var nanoseconds: UInt32 = 0
        place = first
        while place < text.count, text[place] &- 48 < 10 {
            nanoseconds += UInt32(text[place] &- 48) * scale
            scale /= 10
            place += 1
        }
        return place > first ? nanoseconds : nil
    }

    /// Seconds east of UTC of the zone at `place`; a time without a zone is UTC, as all of OneLogin's are.
    private static func offset(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int64? {
        var place = start
        if place < text.count, text[place] == UInt8(ascii: " ") { place += 1 }
        let rest = text.count - place
        if rest == 0 { return place == start ? 0 : nil }
        let sign = text[place]
        if rest == 1 { return sign | 0x20 == UInt8(ascii: "z") ? 0 : nil }
        if rest == 3, sign == UInt8(ascii: "U") || sign == UInt8(ascii: "G") {
            let isZone =
                (text[place + 1] == UInt8(ascii: "T") && text[place + 2] == UInt8(ascii: "C"))
                || (text[place + 1] == UInt8(ascii: "M") && text[place + 2] == UInt8(ascii: "T"))
            return isZone ? 0 : nil
        }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), rest == 3 || rest == 5 || rest == 6,
            let hours = pair(text, place + 1), hours < 24
        else { return nil }
        var minutes: Int64? = 0
        if rest == 5 { minutes = pair(text, place + 3) }
        if rest == 6 { minutes = text[place + 3] == UInt8(ascii: ":") ? pair(text, place + 4) : nil }
        guard let minutes, minutes < 60 else { return nil }
        return (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }
}
