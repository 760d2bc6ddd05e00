"""The numbers of storage vendors and regions, as the documentation names them."""

from __future__ import annotations

import pytest

from bot.agora.storage import region_name, vendor_name


@pytest.mark.parametrize(
    ("vendor", "region", "names"),
    [
        (0, 4, ("Qiniu Cloud", "Southeast Asia")),
        (1, 16, ("Amazon S3", "CN_NORTHWEST_1")),
        (1, 17, ("Amazon S3", None)),
        (1, 18, ("Amazon S3", "AF_SOUTH_1")),
        (1, 23, ("Amazon S3", None)),
        (1, 25, ("Amazon S3", "EU_SOUTH_1")),
        (1, 26, ("Amazon S3", None)),
        (1, -1, ("Amazon S3", None)),
        (2, 22, ("Alibaba Cloud", "CN_Chengdu")),
        (3, 19, ("Tencent Cloud", "EU_Moscow")),
        (4, 9, ("Kingsoft Cloud", "NA_Singapore_1")),
        (5, 0, ("Microsoft Azure", None)),
        (6, 0, ("Google Cloud", None)),
        (7, 15, ("Huawei Cloud", "SA_Chile_1")),
        (8, 7, ("Baidu AI Cloud", "Shanghai")),
        (9, 0, ("unknown vendor", None)),
        (-1, 0, ("unknown vendor", None)),
        (None, None, ("unknown vendor", None)),
    ],
)
def test_names(vendor: int | None, region: int | None, names: tuple[str, str | None]) -> None:
    """The last region of each vendor has its number, withdrawn and unknown numbers have no name."""
    assert (vendor_name(vendor), region_name(vendor, region)) == names
