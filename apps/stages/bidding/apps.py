from django.apps import AppConfig


class BiddingConfig(AppConfig):
    name = "apps.stages.bidding"
    label = "bidding"
    verbose_name = "挂牌报价"
