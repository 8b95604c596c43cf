import CEL
import Timekeeping

extension FuzzTarget {
    /// Texts of addresses, blocks, moments and lengths of time: what is read is written so that it reads back.
    static let text = FuzzTarget(name: "text") { bytes in
        let text = readText(bytes)
        if let address = IPAddress(text), IPAddress(address.description) != address {
            return "the address \(text) is written as \(address)"
        }
        if let block = AddressBlock(text) {
            if AddressBlock(block.description) != block { return "the block \(text) is written as \(block)" }
            if !block.masked.contains(block.address) { return "\(block) does not contain its own address" }
        }
        if let moment = Timestamp(rfc3339: text), Timestamp(rfc3339: moment.rfc3339) != moment {
            return "the moment \(text) is written as \(moment.rfc3339)"
        }
        if let span = TimeSpan(text), TimeSpan(span.shortText) != span {
            return "the length \(text) is written as \(span.shortText)"
        }
        return civilTime(of: text)
    }

    /// What a clock shows at a moment must lead back to the moment.
    private static func civilTime(of text: String) -> String? {
        guard let moment = Timestamp(rfc3339: text) else { return nil }
        let civil = moment.civil
        let seconds = Timestamp.seconds(
            year: civil.year, month: civil.month, day: civil.day, hour: civil.hour, minute: civil.minute,
            second: civil.second)
        return seconds == moment.seconds ? nil : "\(text) is \(civil) and that is \(String(describing: seconds))"
    }
}
