"""Names for the numbers by which Agora knows storage vendors and their regions.

https://docs.agora.io/en/api-reference/api-ref/broadcast-streaming/custom-recording/configuration
"""

from __future__ import annotations

from typing import Final

VENDORS: Final = (
    "Qiniu Cloud",
    "Amazon S3",
    "Alibaba Cloud",
    "Tencent Cloud",
    "Kingsoft Cloud",
    "Microsoft Azure",
    "Google Cloud",
    "Huawei Cloud",
    "Baidu AI Cloud",
)

# Vendor number → names in the order of their region numbers; "-" stands for a number without meaning.
# Azure (5) and Google (6) have none: there the number has no effect.
_REGIONS: Final = {
    0: "East China,North China,South China,North America,Southeast Asia",
    1: "US_EAST_1,US_EAST_2,US_WEST_1,US_WEST_2,EU_WEST_1,EU_WEST_2,EU_WEST_3,EU_CENTRAL_1,AP_SOUTHEAST_1,"
    "AP_SOUTHEAST_2,AP_NORTHEAST_1,AP_NORTHEAST_2,SA_EAST_1,CA_CENTRAL_1,AP_SOUTH_1,CN_NORTH_1,CN_NORTHWEST_1,-,AF_SOUTH_1,"
    "AP_EAST_1,AP_NORTHEAST_3,EU_NORTH_1,ME_SOUTH_1,-,AP_SOUTHEAST_3,EU_SOUTH_1",
    2: "CN_Hangzhou,CN_Shanghai,CN_Qingdao,CN_Beijing,CN_Zhangjiakou,CN_Huhehaote,CN_Shenzhen,CN_Hongkong,US_West_1,"
    "US_East_1,AP_Southeast_1,AP_Southeast_2,AP_Southeast_3,AP_Southeast_5,AP_Northeast_1,AP_South_1,EU_Central_1,"
    "EU_West_1,EU_East_1,AP_Southeast_6,CN_Heyuan,CN_Guangzhou,CN_Chengdu",
    3: "AP_Beijing_1,AP_Beijing,AP_Shanghai,AP_Guangzhou,AP_Chengdu,AP_Chongqing,AP_Shenzhen_FSI,AP_Shanghai_FSI,"
    "AP_Beijing_FSI,AP_Hongkong,AP_Singapore,AP_Mumbai,AP_Seoul,AP_Bangkok,AP_Tokyo,NA_Siliconvalley,NA_Ashburn,"
    "NA_Toronto,EU_Frankfurt,EU_Moscow",
    4: "CN_Hangzhou,CN_Shanghai,CN_Qingdao,CN_Beijing,CN_Guangzhou,CN_Hongkong,JR_Beijing,JR_Shanghai,NA_Russia_1,"
    "NA_Singapore_1",
    7: "CN_North_1,CN_North_4,CN_East_2,CN_East_3,CN_South_1,CN_Southwest_2,AP_Southeast_1,AP_Southeast_2,"
    "AP_Southeast_3,AF_South_1,SA_Argentina_1,SA_Peru_1,NA_Mexico_1,SA_Brazil_1,LA_South_2,SA_Chile_1",
    8: "Beijing,Baoding,Suzhou,Guangzhou,Hongkong,Singapore,Wuhan,Shanghai",
}


def vendor_name(vendor: int | None) -> str:
    """Name the vendor, "unknown vendor" where the documentation has none for the number."""
    return VENDORS[vendor] if vendor is not None and 0 <= vendor < len(VENDORS) else "unknown vendor"


def region_name(vendor: int | None, region: int | None) -> str | None:
    """Name the vendor's region; none where the number has no documented meaning."""
    if vendor is None or region is None or vendor not in _REGIONS:
        return None
    names = _REGIONS[vendor].split(",")
    return names[region] if 0 <= region < len(names) and names[region] != "-" else None
